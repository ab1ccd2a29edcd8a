#include "layers/kernels/device.h"

#include <gtest/gtest.h>
#include <torch/cuda.h>

namespace nmt::kernels::device_test {
namespace {

TEST(Device, GivesDevicesOrTheReasonWhyThereAreNone) {
  const CudaDevices devices = find_cuda_devices();
  EXPECT_EQ(devices.usable.empty(), !devices.reason.empty()) << devices.reason;
}

TEST(Device, AgreesWithLibTorch) {
  EXPECT_EQ(!find_cuda_devices().usable.empty(), torch::cuda::is_available());
}

}  // namespace
}  // namespace nmt::kernels::device_test

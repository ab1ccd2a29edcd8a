// What only a machine with a GPU can show; elsewhere skipped, with the reason.

#include <gtest/gtest.h>
#include <torch/types.h>

#include "layers/kernels/device.h"
#include "tests/testing/backend.h"

namespace nmt::kernels::device_cuda_test {
namespace {

class DeviceCuda : public ::testing::Test {
 protected:
  void SetUp() override {
    if (devices_.usable.empty()) NMT_SKIP_BACKEND("cuda", devices_.reason);
  }

  const CudaDevices devices_ = find_cuda_devices();
};

TEST_F(DeviceCuda, HasANameMemoryAndAComputeCapability) {
  for (const CudaDevice& device : devices_.usable) {
    EXPECT_FALSE(device.name.empty());
    EXPECT_GT(device.memory_bytes, std::int64_t{1} << 30);
    EXPECT_GE(device.compute_major, 7);
  }
}

TEST_F(DeviceCuda, LibTorchMultipliesMatricesThereAsOnTheCpu) {
  const torch::Tensor a = torch::randn({17, 23}, torch::kFloat64);
  const torch::Tensor b = torch::randn({23, 5}, torch::kFloat64);
  const torch::Tensor there = a.to(torch::kCUDA).matmul(b.to(torch::kCUDA)).cpu();
  EXPECT_TRUE(torch::allclose(there, a.matmul(b), 1e-12, 1e-12));
}

}  // namespace
}  // namespace nmt::kernels::device_cuda_test

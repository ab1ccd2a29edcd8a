#include "layers/kernels/device.h"

namespace nmt::kernels {

CudaDevices find_cuda_devices() {
  return {{}, "this build has no CUDA backends; configure with the preset cuda (NMT_WITH_CUDA=ON)"};
}

bool cuda_is_usable() {
  return false;
}

}  // namespace nmt::kernels

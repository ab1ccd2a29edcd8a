#include <stdexcept>

#include "layers/kernels/sigma_cuda.h"

namespace nmt::kernels {

void write_scaled_cuda(const SigmaMatrixCuda*, int64_t, int64_t) {
  throw std::runtime_error("sigma: this build has no CUDA kernels");
}

void pull_back_cuda(const SigmaMatrixCuda*, const SigmaGradientCuda*, int64_t, float*) {
  throw std::runtime_error("sigma: this build has no CUDA kernels");
}

}  // namespace nmt::kernels

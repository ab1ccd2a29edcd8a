#include <stdexcept>

#include "layers/kernels/dropout_mask_cuda.h"

namespace nmt::kernels {

void fill_dropout_mask_cuda(float*, int64_t, double, uint64_t, int64_t) {
  throw std::runtime_error("dropout mask: this build has no CUDA kernels");
}

}  // namespace nmt::kernels

#include "layers/head_norm.h"

#include "layers/norm.h"

namespace nmt::layers {

HeadNormImpl::HeadNormImpl(int64_t head_size)
    : weight(register_parameter("weight", torch::ones({head_size}))) {}

torch::Tensor HeadNormImpl::forward(const torch::Tensor& heads) const {
  return at::layer_norm(heads, weight.sizes(), weight, {}, kNormEps);
}

}  // namespace nmt::layers

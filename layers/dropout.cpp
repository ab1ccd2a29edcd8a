#include "layers/dropout.h"

#include "layers/kernels/dropout.h"

namespace nmt::layers {

torch::Tensor dropout(const torch::Tensor& x, double probability, const ForwardContext& context) {
  if (probability == 0.0 || !context.dropout_generator) return x;
  at::Generator generator = *context.dropout_generator;
  return x * kernels::draw_dropout_mask(x.sizes(), probability, x.scalar_type(), generator);
}

}  // namespace nmt::layers

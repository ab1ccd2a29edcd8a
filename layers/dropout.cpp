#include "layers/dropout.h"

namespace nmt::layers {

kernels::Dropout next_dropout(double probability, const ForwardContext& context) {
  if (probability == 0.0 || !context.dropout_generator) return {};
  at::Generator generator = *context.dropout_generator;
  return {.probability = probability,
          .seed = kernels::draw_seed(generator),
          .first_row = context.first_row};
}

torch::Tensor dropout(const torch::Tensor& x, double probability, const ForwardContext& context) {
  const kernels::Dropout drawn = next_dropout(probability, context);
  if (drawn.probability == 0.0) return x;
  return x * kernels::dropout_mask(x.sizes(), x.scalar_type(), drawn, x.device());
}

}  // namespace nmt::layers

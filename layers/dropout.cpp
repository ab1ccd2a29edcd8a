#include "layers/dropout.h"

namespace nmt::layers {

torch::Tensor dropout(const torch::Tensor& x, double probability, const ForwardContext& context) {
  if (probability == 0.0 || !context.dropout_generator) return x;
  const torch::Tensor mask = at::empty_like(x.detach(), at::MemoryFormat::Contiguous)
                                 .bernoulli_(1.0 - probability, context.dropout_generator)
                                 .div_(1.0 - probability);
  return x * mask;
}

}  // namespace nmt::layers

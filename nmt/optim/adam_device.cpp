#include "nmt/optim/adam_device.h"

#include <vector>

namespace nmt::optim {

void adam_update_on_device(at::TensorList values, at::TensorList gradients, at::TensorList first,
                           at::TensorList second, const AdamCoefficients& coefficients) {
  const AdamCoefficients& c = coefficients;
  const std::vector<torch::Tensor> g =
      c.gradient_scale == 1.0f ? gradients.vec() : at::_foreach_mul(gradients, c.gradient_scale);
  at::_foreach_mul_(first, c.beta1);
  at::_foreach_add_(first, g, c.one_minus_beta1);
  at::_foreach_mul_(second, c.beta2);
  at::_foreach_addcmul_(second, g, g, c.one_minus_beta2);
  const std::vector<torch::Tensor> root = at::_foreach_sqrt(second);
  at::_foreach_mul_(root, c.root_scale);
  at::_foreach_add_(root, c.eps);
  at::_foreach_mul_(values, c.keep);
  at::_foreach_addcdiv_(values, first, root, -c.step_size);
}

}  // namespace nmt::optim

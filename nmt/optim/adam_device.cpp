#include "nmt/optim/adam_device.h"

namespace nmt::optim {

void adam_update_on_device(torch::Tensor value, const torch::Tensor& gradient, torch::Tensor first,
                           torch::Tensor second, const AdamCoefficients& coefficients) {
  const AdamCoefficients& c = coefficients;
  const torch::Tensor g = c.gradient_scale == 1.0f ? gradient : gradient * c.gradient_scale;
  first.mul_(c.beta1).add_(g, c.one_minus_beta1);
  second.mul_(c.beta2).addcmul_(g, g, c.one_minus_beta2);
  const torch::Tensor root = second.sqrt().mul_(c.root_scale).add_(c.eps);
  value.mul_(c.keep).addcdiv_(first, root, -c.step_size);
}

}  // namespace nmt::optim

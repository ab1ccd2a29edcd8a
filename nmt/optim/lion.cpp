#include "nmt/optim/lion.h"

#include "nmt/optim/update_kernel.h"

namespace nmt::optim {
namespace {

LionCoefficients lion_coefficients(const config::OptimizationConfig& config,
                                   const UpdateNumbers& numbers, bool decays) {
  const double decay = decays ? numbers.learning_rate * config.weight_decay : 0.0;
  return {.gradient_scale = static_cast<float>(numbers.gradient_scale),
          .keep = static_cast<float>(1.0 - decay),
          .beta1 = static_cast<float>(config.adam_beta1),
          .one_minus_beta1 = static_cast<float>(1.0 - config.adam_beta1),
          .beta2 = static_cast<float>(config.adam_beta2),
          .one_minus_beta2 = static_cast<float>(1.0 - config.adam_beta2),
          .rate = static_cast<float>(numbers.learning_rate)};
}

}  // namespace

void Lion::update_arrays(const UpdateNumbers& numbers, const ElementWalk& walk,
                         size_t /*parameters*/) const {
  const LionCoefficients of[] = {lion_coefficients(config(), numbers, false),
                                 lion_coefficients(config(), numbers, true)};
  walk.for_each([&](const Elements& e) {
    lion_update(e.value, e.gradient, e.state[0], e.count, of[e.decays]);
  });
}

void Lion::update_tensors(const UpdateNumbers& numbers, const ParameterTensors& tensors) const {
  const LionCoefficients c = lion_coefficients(config(), numbers, tensors.decays);
  const torch::Tensor g = tensors.gradient * c.gradient_scale;
  const torch::Tensor& mean = tensors.state[0];
  const torch::Tensor sign = mean.mul(c.beta1).add_(g, c.one_minus_beta1).sign_();
  tensors.value.mul_(c.keep).sub_(sign, c.rate);
  mean.mul_(c.beta2).add_(g, c.one_minus_beta2);
}

}  // namespace nmt::optim

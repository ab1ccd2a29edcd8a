#include "nmt/optim/adagrad.h"

#include "nmt/optim/update_kernel.h"

namespace nmt::optim {
namespace {

AdagradCoefficients adagrad_coefficients(const config::OptimizationConfig& config,
                                         const UpdateNumbers& numbers, bool decays) {
  const double decay = decays ? numbers.learning_rate * config.weight_decay : 0.0;
  return {.gradient_scale = static_cast<float>(numbers.gradient_scale),
          .keep = static_cast<float>(1.0 - decay),
          .rate = static_cast<float>(numbers.learning_rate),
          .eps = static_cast<float>(config.adam_eps)};
}

}  // namespace

void Adagrad::update_arrays(const UpdateNumbers& numbers, const ElementWalk& walk,
                            size_t /*parameters*/) const {
  const AdagradCoefficients of[] = {adagrad_coefficients(config(), numbers, false),
                                    adagrad_coefficients(config(), numbers, true)};
  walk.for_each([&](const Elements& e) {
    adagrad_update(e.value, e.gradient, e.state[0], e.count, of[e.decays]);
  });
}

void Adagrad::update_tensors(const UpdateNumbers& numbers, const ParameterTensors& tensors) const {
  const AdagradCoefficients c = adagrad_coefficients(config(), numbers, tensors.decays);
  const torch::Tensor g = tensors.gradient * c.gradient_scale;
  const torch::Tensor& sum = tensors.state[0];
  sum.addcmul_(g, g);
  tensors.value.mul_(c.keep).addcdiv_(g, sum.sqrt().add_(c.eps), -c.rate);
}

}  // namespace nmt::optim

#include "nmt/optim/adam.h"

#include <cmath>
#include <vector>

#include "nmt/optim/adam_kernel.h"

namespace nmt::optim {
namespace {

AdamCoefficients adam_coefficients(const config::OptimizationConfig& config,
                                   const UpdateNumbers& numbers, bool decays) {
  const double t = static_cast<double>(numbers.step);
  const double decay = decays ? numbers.learning_rate * config.weight_decay : 0.0;
  return {.gradient_scale = static_cast<float>(numbers.gradient_scale),
          .keep = static_cast<float>(1.0 - decay),
          .beta1 = static_cast<float>(config.adam_beta1),
          .one_minus_beta1 = static_cast<float>(1.0 - config.adam_beta1),
          .beta2 = static_cast<float>(config.adam_beta2),
          .one_minus_beta2 = static_cast<float>(1.0 - config.adam_beta2),
          .step_size =
              static_cast<float>(numbers.learning_rate / (1.0 - std::pow(config.adam_beta1, t))),
          .root_scale = static_cast<float>(1.0 / std::sqrt(1.0 - std::pow(config.adam_beta2, t))),
          .eps = static_cast<float>(config.adam_eps)};
}

// The arithmetic of adam_kernel.h as a few operations for all tensors, since a device waits for the
// start of each.
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

}  // namespace

void Adam::update_arrays(const UpdateNumbers& numbers, const ElementWalk& walk,
                         size_t /*parameters*/) const {
  const AdamCoefficients of[] = {adam_coefficients(config(), numbers, false),
                                 adam_coefficients(config(), numbers, true)};
  walk.for_each([&](const Elements& e) {
    adam_update(e.value, e.gradient, e.state[0], e.state[1], e.count, of[e.decays]);
  });
}

void Adam::update_tensors(const UpdateNumbers& numbers, const ParameterTensors& tensors) const {
  update_all_tensors(numbers, {&tensors, 1});
}

void Adam::update_all_tensors(const UpdateNumbers& numbers,
                              std::span<const ParameterTensors> all) const {
  for (const bool decays : {false, true}) {
    std::vector<torch::Tensor> values, gradients, first, second;
    for (const ParameterTensors& one : all) {
      if (one.decays != decays) continue;
      values.push_back(one.value);
      gradients.push_back(one.gradient);
      first.push_back(one.state[0]);
      second.push_back(one.state[1]);
    }
    if (values.empty()) continue;
    adam_update_on_device(values, gradients, first, second,
                          adam_coefficients(config(), numbers, decays));
  }
}

}  // namespace nmt::optim

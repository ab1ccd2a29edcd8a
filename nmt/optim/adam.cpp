#include "nmt/optim/adam.h"

#include <cmath>
#include <vector>

#include "nmt/optim/adam_device.h"
#include "nmt/optim/adam_kernel.h"

namespace nmt::optim {
namespace {

AdamCoefficients coefficients(const AdamOptions& options, const UpdateNumbers& numbers,
                              bool decays) {
  const double t = static_cast<double>(numbers.step);
  const double decay = decays ? numbers.learning_rate * options.weight_decay : 0.0;
  return {
      .gradient_scale = static_cast<float>(numbers.gradient_scale),
      .keep = static_cast<float>(1.0 - decay),
      .beta1 = static_cast<float>(options.beta1),
      .one_minus_beta1 = static_cast<float>(1.0 - options.beta1),
      .beta2 = static_cast<float>(options.beta2),
      .one_minus_beta2 = static_cast<float>(1.0 - options.beta2),
      .step_size = static_cast<float>(numbers.learning_rate / (1.0 - std::pow(options.beta1, t))),
      .root_scale = static_cast<float>(1.0 / std::sqrt(1.0 - std::pow(options.beta2, t))),
      .eps = static_cast<float>(options.eps)};
}

}  // namespace

void Adam::update_arrays(const UpdateNumbers& numbers, const ElementWalk& walk,
                         size_t /*parameters*/) const {
  const AdamCoefficients of[] = {coefficients(options_, numbers, false),
                                 coefficients(options_, numbers, true)};
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
                          coefficients(options_, numbers, decays));
  }
}

}  // namespace nmt::optim

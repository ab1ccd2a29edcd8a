#include "nmt/optim/adam.h"

#include <cmath>

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
  adam_update_on_device(tensors.value, tensors.gradient, tensors.state[0], tensors.state[1],
                        coefficients(options_, numbers, tensors.decays));
}

}  // namespace nmt::optim

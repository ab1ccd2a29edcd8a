#include "nmt/optim/lars.h"

#include <cmath>

#include "nmt/optim/gradient_kernel.h"
#include "nmt/optim/update_kernel.h"

namespace nmt::optim {
namespace {

// Of a parameter with `decays`, from its norm and that of its scaled gradient.
double trust_ratio(const config::OptimizationConfig& config, double value_norm,
                   double gradient_norm) {
  if (value_norm == 0.0 || gradient_norm == 0.0) return 1.0;
  return config.trust_coefficient * value_norm / (gradient_norm + config.weight_decay * value_norm);
}

LarsCoefficients lars_coefficients(const config::OptimizationConfig& config,
                                   const UpdateNumbers& numbers, bool decays, double ratio) {
  return {.gradient_scale = static_cast<float>(numbers.gradient_scale),
          .momentum = static_cast<float>(config.momentum),
          .decay = decays ? static_cast<float>(config.weight_decay) : 0.0f,
          .rate = static_cast<float>(numbers.learning_rate * ratio)};
}

}  // namespace

void Lars::update_arrays(const UpdateNumbers& numbers, const ElementWalk& walk,
                         size_t parameters) const {
  const auto squares = walk.sums(parameters, [](const Elements& e) -> ElementWalk::Pair {
    if (!e.decays) return {};
    return {sum_of_squares(e.value, e.count), sum_of_squares(e.gradient, e.count)};
  });
  walk.for_each([&](const Elements& e) {
    const auto& [value, gradient] = squares[e.parameter];
    const double ratio = e.decays ? trust_ratio(config(), std::sqrt(value),
                                                numbers.gradient_scale * std::sqrt(gradient))
                                  : 1.0;
    lars_update(e.value, e.gradient, e.state[0], e.count,
                lars_coefficients(config(), numbers, e.decays, ratio));
  });
}

void Lars::update_tensors(const UpdateNumbers& numbers, const ParameterTensors& tensors) const {
  const torch::Tensor g = tensors.gradient * numbers.gradient_scale;
  const double ratio = tensors.decays ? trust_ratio(config(), tensors.value.norm().item<double>(),
                                                    g.norm().item<double>())
                                      : 1.0;
  const LarsCoefficients c = lars_coefficients(config(), numbers, tensors.decays, ratio);
  const torch::Tensor& buffer = tensors.state[0];
  buffer.mul_(c.momentum).add_(g.add(tensors.value, c.decay), c.rate);
  tensors.value.sub_(buffer);
}

}  // namespace nmt::optim

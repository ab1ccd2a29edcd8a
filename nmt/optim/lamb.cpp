#include "nmt/optim/lamb.h"

#include <cmath>

#include "nmt/optim/gradient_kernel.h"
#include "nmt/optim/update_kernel.h"

namespace nmt::optim {
namespace {

LambCoefficients lamb_coefficients(const config::OptimizationConfig& config,
                                   const UpdateNumbers& numbers, bool decays) {
  const double t = static_cast<double>(numbers.step);
  return {.gradient_scale = static_cast<float>(numbers.gradient_scale),
          .beta1 = static_cast<float>(config.adam_beta1),
          .one_minus_beta1 = static_cast<float>(1.0 - config.adam_beta1),
          .beta2 = static_cast<float>(config.adam_beta2),
          .one_minus_beta2 = static_cast<float>(1.0 - config.adam_beta2),
          .mean_scale = static_cast<float>(1.0 / (1.0 - std::pow(config.adam_beta1, t))),
          .root_scale = static_cast<float>(1.0 / std::sqrt(1.0 - std::pow(config.adam_beta2, t))),
          .eps = static_cast<float>(config.adam_eps),
          .decay = decays ? static_cast<float>(config.weight_decay) : 0.0f};
}

// Of a parameter with `decays`, from its norm and that of its direction.
double trust_ratio(double value_norm, double direction_norm) {
  return value_norm == 0.0 || direction_norm == 0.0 ? 1.0 : value_norm / direction_norm;
}

}  // namespace

void Lamb::update_arrays(const UpdateNumbers& numbers, const ElementWalk& walk,
                         size_t parameters) const {
  const LambCoefficients of[] = {lamb_coefficients(config(), numbers, false),
                                 lamb_coefficients(config(), numbers, true)};
  const auto squares = walk.sums(parameters, [&](const Elements& e) -> ElementWalk::Pair {
    const double direction =
        lamb_moments(e.value, e.gradient, e.state[0], e.state[1], e.count, of[e.decays]);
    return {e.decays ? sum_of_squares(e.value, e.count) : 0.0, direction};
  });
  walk.for_each([&](const Elements& e) {
    const auto& [value, direction] = squares[e.parameter];
    const double ratio = e.decays ? trust_ratio(std::sqrt(value), std::sqrt(direction)) : 1.0;
    lamb_move(e.value, e.state[0], e.state[1], e.count,
              static_cast<float>(numbers.learning_rate * ratio), of[e.decays]);
  });
}

void Lamb::update_tensors(const UpdateNumbers& numbers, const ParameterTensors& tensors) const {
  const LambCoefficients c = lamb_coefficients(config(), numbers, tensors.decays);
  const torch::Tensor g = tensors.gradient * c.gradient_scale;
  const torch::Tensor &mean = tensors.state[0], &square = tensors.state[1];
  mean.mul_(c.beta1).add_(g, c.one_minus_beta1);
  square.mul_(c.beta2).addcmul_(g, g, c.one_minus_beta2);
  const torch::Tensor root = square.sqrt().mul_(c.root_scale).add_(c.eps);
  const torch::Tensor direction = mean.mul(c.mean_scale).div_(root).add_(tensors.value, c.decay);
  const double ratio = tensors.decays ? trust_ratio(tensors.value.norm().item<double>(),
                                                    direction.norm().item<double>())
                                      : 1.0;
  tensors.value.sub_(direction, numbers.learning_rate * ratio);
}

}  // namespace nmt::optim

#include "nmt/optim/sgd.h"

#include "nmt/optim/update_kernel.h"

namespace nmt::optim {
namespace {

SgdCoefficients sgd_coefficients(const config::OptimizationConfig& config,
                                 const UpdateNumbers& numbers, bool decays) {
  const double decay = decays ? numbers.learning_rate * config.weight_decay : 0.0;
  return {.gradient_scale = static_cast<float>(numbers.gradient_scale),
          .keep = static_cast<float>(1.0 - decay),
          .momentum = static_cast<float>(config.momentum),
          .rate = static_cast<float>(numbers.learning_rate),
          .nesterov = config.nesterov};
}

}  // namespace

Sgd::Sgd(const config::OptimizationConfig& config, ParallelFor parallel_for)
    : ElementwiseOptimizer(config,
                           config.momentum == 0.0 ? std::vector<std::string>{}
                                                  : std::vector<std::string>{"momentum_buffer"},
                           std::move(parallel_for)) {
  TORCH_CHECK(!config.nesterov || config.momentum > 0.0, "Sgd: nesterov needs momentum above 0");
}

void Sgd::update_arrays(const UpdateNumbers& numbers, const ElementWalk& walk,
                        size_t /*parameters*/) const {
  const SgdCoefficients of[] = {sgd_coefficients(config(), numbers, false),
                                sgd_coefficients(config(), numbers, true)};
  walk.for_each([&](const Elements& e) {
    sgd_update(e.value, e.gradient, e.state[0], e.count, of[e.decays]);
  });
}

void Sgd::update_tensors(const UpdateNumbers& numbers, const ParameterTensors& tensors) const {
  const SgdCoefficients c = sgd_coefficients(config(), numbers, tensors.decays);
  const torch::Tensor g = tensors.gradient * c.gradient_scale;
  torch::Tensor direction = g;
  if (!tensors.state.empty()) {
    const torch::Tensor& buffer = tensors.state[0];
    buffer.mul_(c.momentum).add_(g);
    direction = c.nesterov ? g.add(buffer, c.momentum) : buffer;
  }
  tensors.value.mul_(c.keep).sub_(direction, c.rate);
}

}  // namespace nmt::optim

#include "nmt/optim/elementwise_optimizer.h"

#include <deque>

namespace nmt::optim {
namespace {

Elements elements_of(const ParameterTensors& tensors, const torch::Tensor& gradient,
                     size_t parameter) {
  Elements whole = {.parameter = parameter,
                    .decays = tensors.decays,
                    .count = tensors.value.numel(),
                    .value = tensors.value.mutable_data_ptr<float>(),
                    .gradient = gradient.const_data_ptr<float>()};
  for (size_t i = 0; i < tensors.state.size(); ++i) {
    whole.state[i] = tensors.state[i].mutable_data_ptr<float>();
  }
  return whole;
}

}  // namespace

Coefficients coefficients(const config::OptimizationConfig& config, const UpdateNumbers& numbers,
                          bool decays) {
  const double t = static_cast<double>(numbers.step);
  const double decay = decays ? config.weight_decay : 0.0;
  const double mean_correction = 1.0 - std::pow(config.adam_beta1, t);
  const double square_correction = 1.0 - std::pow(config.adam_beta2, t);
  return {.gradient_scale = static_cast<float>(numbers.gradient_scale),
          .rate = static_cast<float>(numbers.learning_rate),
          .decay = static_cast<float>(decay),
          .keep = static_cast<float>(1.0 - numbers.learning_rate * decay),
          .momentum = static_cast<float>(config.momentum),
          .nesterov = config.nesterov,
          .beta1 = static_cast<float>(config.adam_beta1),
          .one_minus_beta1 = static_cast<float>(1.0 - config.adam_beta1),
          .beta2 = static_cast<float>(config.adam_beta2),
          .one_minus_beta2 = static_cast<float>(1.0 - config.adam_beta2),
          .mean_scale = static_cast<float>(1.0 / mean_correction),
          .step_size = static_cast<float>(numbers.learning_rate / mean_correction),
          .root_scale = static_cast<float>(1.0 / std::sqrt(square_correction)),
          .eps = static_cast<float>(config.adam_eps)};
}

void update_elements(const ElementRule& rule, const config::OptimizationConfig& config,
                     const UpdateNumbers& numbers, std::span<const ParameterTensors> all,
                     const ParallelFor& parallel_for) {
  ElementWalk on_cpu(parallel_for);
  std::deque<torch::Tensor> gradients;  // Contiguous, as long as they are read.
  std::vector<ParameterTensors> elsewhere;
  for (size_t i = 0; i < all.size(); ++i) {
    if (all[i].value.is_cpu()) {
      on_cpu.add(elements_of(all[i], gradients.emplace_back(all[i].gradient.contiguous()), i));
    } else {
      elsewhere.push_back(all[i]);
    }
  }
  rule.update_arrays(config, numbers, on_cpu, all.size());
  rule.update_tensors(config, numbers, elsewhere);
}

}  // namespace nmt::optim

#include "nmt/optim/preconditioner.h"

#include <cmath>
#include <unordered_map>

#include "nmt/config/enum_names.h"

namespace nmt::optim {
namespace {

using config::OptimizationConfig;
using config::OptimizerKind;

// A state by names, in float64 on the CPU.
class State {
 public:
  explicit State(const NamedTensors& tensors) : tensors_(tensors.begin(), tensors.end()) {}

  int64_t step() const { return tensors_.at("step").item<int64_t>(); }
  torch::Tensor of(const Parameter& parameter, const std::string& quantity) const {
    return wide(tensors_.at(parameter.name + "." + quantity));
  }
  static torch::Tensor wide(const torch::Tensor& tensor) {
    return tensor.detach().to(torch::kCPU, torch::kFloat64);
  }

 private:
  std::unordered_map<std::string, torch::Tensor> tensors_;
};

double bias_correction(double beta, const State& state) {
  return 1.0 - std::pow(beta, static_cast<double>(state.step()));
}

torch::Tensor adam_diagonal(const OptimizationConfig& config, const Parameter& parameter,
                            const State& state) {
  const torch::Tensor square = state.of(parameter, "exp_avg_sq");
  return (square / bias_correction(config.adam_beta2, state)).sqrt() + config.adam_eps;
}

torch::Tensor lamb_diagonal(const OptimizationConfig& config, const Parameter& parameter,
                            const State& state) {
  const torch::Tensor diagonal = adam_diagonal(config, parameter, state);
  if (!parameter.decays) return diagonal;
  const torch::Tensor value = State::wide(parameter.value);
  const torch::Tensor mean =
      state.of(parameter, "exp_avg") / bias_correction(config.adam_beta1, state);
  const double length = value.norm().item<double>();
  const double direction = (mean / diagonal + config.weight_decay * value).norm().item<double>();
  const double trust_ratio = length == 0.0 || direction == 0.0 ? 1.0 : length / direction;
  return diagonal / trust_ratio;
}

torch::Tensor adagrad_diagonal(const OptimizationConfig& config, const Parameter& parameter,
                               const State& state) {
  return state.of(parameter, "sum").sqrt() + config.adam_eps;
}

struct PreconditionerRow {
  OptimizerKind kind;
  torch::Tensor (*diagonal)(const OptimizationConfig& config, const Parameter& parameter,
                            const State& state);
  const char* meaning;
};

// Those that have one.

constexpr PreconditionerRow kPreconditioners[] = {
    {OptimizerKind::kAdam, adam_diagonal, "root of the second moment, plus eps"},
    {OptimizerKind::kAdamW, adam_diagonal, "root of the second moment, plus eps"},
    {OptimizerKind::kLamb, lamb_diagonal, "root of the second moment, plus eps, over lamb's ratio"},
    {OptimizerKind::kAdagrad, adagrad_diagonal, "root of the sum of squares, plus eps"},
};

}  // namespace

Preconditioner preconditioner(const config::OptimizationConfig& config,
                              const std::vector<Parameter>& parameters,
                              const NamedTensors& tensors) {
  const State state(tensors);
  for (const PreconditionerRow& row : kPreconditioners) {
    if (row.kind != config.optimizer) continue;
    if (state.step() == 0) return {.diagonal = {}, .meaning = "none before the first update"};
    std::vector<torch::Tensor> all;
    for (const Parameter& parameter : parameters) {
      all.push_back(row.diagonal(config, parameter, state).flatten());
    }
    return {.diagonal = at::cat(all), .meaning = row.meaning};
  }
  return {.diagonal = {},
          .meaning = "none: " + config::name_of(config.optimizer) + " keeps no second moments"};
}

}  // namespace nmt::optim

// The preconditioner of every optimizer against the steps that it takes: P times a step is −η times
// the mean gradient.

#include "nmt/optim/preconditioner.h"

#include <ATen/CPUGeneratorImpl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "nmt/config/enum_names.h"

namespace nmt::optim::preconditioner_test {
namespace {

using config::OptimizerKind;

constexpr double kRate = 0.01;
constexpr int kUpdates = 5;

// What an optimizer did in the last of some updates.
struct LastStep {
  std::vector<Parameter> before;  // With their gradients.
  torch::Tensor step;             // [n], as all here: parameters one behind the other.
  torch::Tensor gradient;
  torch::Tensor mean;  // m̂, where the optimizer keeps a mean gradient.
  NamedTensors state;
};

torch::Tensor joined(const std::vector<torch::Tensor>& parts) {
  std::vector<torch::Tensor> flat;
  for (const torch::Tensor& part : parts) flat.push_back(part.flatten().to(torch::kFloat64));
  return at::cat(flat);
}

LastStep last_step(const config::OptimizationConfig& config) {
  at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(4);
  const auto draw = [&](at::IntArrayRef shape) {
    return torch::randn(shape, generator, torch::kFloat32);
  };
  std::vector<Parameter> parameters = {
      {.name = "a", .value = draw({5, 4}), .gradient = {}, .decays = true},
      {.name = "b", .value = draw({7}), .gradient = {}, .decays = false}};
  const std::unique_ptr<Optimizer> optimizer = make_optimizer(config);
  LastStep last;
  for (int update = 1; update <= kUpdates; ++update) {
    last.before.clear();
    for (Parameter& parameter : parameters) {
      parameter.gradient = 0.1 * draw(parameter.value.sizes());
      last.before.push_back(parameter);
      last.before.back().value = parameter.value.clone();
    }
    optimizer->step(parameters, kRate, /*gradient_scale=*/1.0);
  }
  std::vector<torch::Tensor> steps, gradients, means;
  last.state = optimizer->state();
  for (size_t i = 0; i < parameters.size(); ++i) {
    steps.push_back(parameters[i].value.to(torch::kFloat64) -
                    last.before[i].value.to(torch::kFloat64));
    gradients.push_back(parameters[i].gradient);
  }
  for (const auto& [name, tensor] : last.state) {
    if (name.ends_with(".exp_avg")) means.push_back(tensor);
  }
  last.step = joined(steps);
  last.gradient = joined(gradients);
  if (!means.empty()) last.mean = joined(means) / (1.0 - std::pow(config.adam_beta1, kUpdates));
  return last;
}

void expect_near(const torch::Tensor& actual, const torch::Tensor& expected) {
  const double largest = expected.abs().max().item<double>();
  EXPECT_LT((actual - expected).abs().max().item<double>(), 1e-4 * largest);
}

TEST(Preconditioner, IsWhatAdamsAndLambsStepIsDividedBy) {
  for (const auto kind : {OptimizerKind::kAdam, OptimizerKind::kAdamW, OptimizerKind::kLamb}) {
    SCOPED_TRACE(config::name_of(kind));
    const config::OptimizationConfig config{.optimizer = kind, .adam_eps = 1e-3};
    const LastStep last = last_step(config);
    const Preconditioner p = preconditioner(config, last.before, last.state);
    expect_near(p.diagonal * last.step, -kRate * last.mean);
    EXPECT_THAT(p.meaning, ::testing::HasSubstr("second moment"));
  }
}

TEST(Preconditioner, IsWhatAdagradsStepIsDividedBy) {
  const config::OptimizationConfig config{.optimizer = OptimizerKind::kAdagrad, .adam_eps = 1e-3};
  const LastStep last = last_step(config);
  const Preconditioner p = preconditioner(config, last.before, last.state);
  expect_near(p.diagonal * last.step, -kRate * last.gradient);
}

// Decoupled decay is a step of its own.
TEST(Preconditioner, LeavesWeightDecayOut) {
  config::OptimizationConfig config{.optimizer = OptimizerKind::kAdamW};
  const torch::Tensor without =
      preconditioner(config, last_step(config).before, last_step(config).state).diagonal;
  config.weight_decay = 0.1;
  const LastStep last = last_step(config);
  expect_near(preconditioner(config, last.before, last.state).diagonal, without);
}

TEST(Preconditioner, SaysWhyThereIsNone) {
  for (const auto kind : {OptimizerKind::kSgd, OptimizerKind::kLars, OptimizerKind::kLion}) {
    const config::OptimizationConfig config{.optimizer = kind};
    const LastStep last = last_step(config);
    const Preconditioner p = preconditioner(config, last.before, last.state);
    EXPECT_FALSE(p.diagonal.defined());
    EXPECT_EQ(p.meaning, "none: " + config::name_of(kind) + " keeps no second moments");
  }
  const config::OptimizationConfig adam;
  const Preconditioner early =
      preconditioner(adam, {}, {{"step", torch::tensor(0, torch::kInt64)}});
  EXPECT_FALSE(early.diagonal.defined());
  EXPECT_EQ(early.meaning, "none before the first update");
}

TEST(Preconditioner, KnowsEveryOptimizer) {
  for (const std::string& name : config::enum_names<OptimizerKind>()) {
    const config::OptimizationConfig config{.optimizer = config::enum_value<OptimizerKind>(name)};
    const LastStep last = last_step(config);
    const Preconditioner p = preconditioner(config, last.before, last.state);
    EXPECT_EQ(p.diagonal.defined(), !p.meaning.starts_with("none")) << name;
    if (p.diagonal.defined()) {
      EXPECT_GT(p.diagonal.min().item<double>(), 0.0) << name;
    }
  }
}

}  // namespace
}  // namespace nmt::optim::preconditioner_test

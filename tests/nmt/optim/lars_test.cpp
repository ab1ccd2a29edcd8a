#include "nmt/optim/lars.h"

#include <gtest/gtest.h>

#include "tests/nmt/optim/updates.h"

namespace nmt::optim {
namespace {

// Algorithm 1 of the paper; parameters that do not decay have rate 1 and no decay.
testing::Formula formula(const config::OptimizationConfig& o) {
  return [o](testing::PlainParameter& p, double rate, int) {
    const double decay = p.decays ? o.weight_decay : 0.0;
    double local = 1.0;
    const double w = testing::norm(p.value), g = testing::norm(p.gradient);
    if (p.decays && w > 0.0 && g > 0.0) local = o.trust_coefficient * w / (g + decay * w);
    for (size_t i = 0; i < p.value.size(); ++i) {
      p.first[i] = o.momentum * p.first[i] + rate * local * (p.gradient[i] + decay * p.value[i]);
      p.value[i] -= p.first[i];
    }
  };
}

TEST(Lars, MeetsThePapersAlgorithm) {
  for (const double weight_decay : {0.0, 0.3}) {
    for (const double momentum : {0.0, 0.9}) {
      const config::OptimizationConfig options{
          .momentum = momentum, .trust_coefficient = 0.7, .weight_decay = weight_decay};
      Lars lars(options);
      testing::expect_formula(lars, formula(options), 5e-6);
    }
  }
}

TEST(Lars, AStepIsAsLongInProportionToEveryParameter) {
  torch::manual_seed(3);
  std::vector<Parameter> parameters;
  for (const float size : {0.01f, 1.0f, 50.0f}) {
    parameters.push_back({.name = "p" + std::to_string(size),
                          .value = torch::randn({5, 9}) * size,
                          .gradient = torch::randn({5, 9}) / size,
                          .decays = true});
  }
  std::vector<torch::Tensor> values;
  for (const Parameter& parameter : parameters) values.push_back(parameter.value.clone());
  Lars lars({.trust_coefficient = 0.02});
  lars.step(parameters, 0.5, 0.1);
  for (size_t i = 0; i < values.size(); ++i) {
    const double moved = (parameters[i].value - values[i]).norm().item<double>();
    EXPECT_NEAR(moved / values[i].norm().item<double>(), 0.5 * 0.02, 1e-6);
  }
}

TEST(Lars, AParameterOrGradientOfZerosHasRatioOne) {
  std::vector<Parameter> parameters = {
      {.name = "value", .value = torch::zeros({3}), .gradient = torch::ones({3}), .decays = true},
      {.name = "gradient",
       .value = torch::ones({3}),
       .gradient = torch::zeros({3}),
       .decays = true}};
  Lars lars({.weight_decay = 0.5});
  lars.step(parameters, 0.1, 1.0);
  EXPECT_LT(testing::largest_difference(parameters[0].value, torch::full({3}, -0.1)), 1e-7);
  EXPECT_LT(testing::largest_difference(parameters[1].value, torch::full({3}, 0.95)), 1e-7);
}

}  // namespace
}  // namespace nmt::optim

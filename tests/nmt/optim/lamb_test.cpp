#include "nmt/optim/lamb.h"

#include <gtest/gtest.h>

#include "nmt/optim/adam.h"
#include "tests/nmt/optim/updates.h"

namespace nmt::optim {
namespace {

// Algorithm 2 of the paper with φ(z) = z; parameters that do not decay have ratio 1 and no decay.
testing::Formula formula(const config::OptimizationConfig& o) {
  return [o](testing::PlainParameter& p, double rate, int t) {
    const double decay = p.decays ? o.weight_decay : 0.0;
    std::vector<double> r(p.value.size());
    for (size_t i = 0; i < r.size(); ++i) {
      const double g = p.gradient[i];
      p.first[i] = o.adam_beta1 * p.first[i] + (1 - o.adam_beta1) * g;
      p.second[i] = o.adam_beta2 * p.second[i] + (1 - o.adam_beta2) * g * g;
      const double m = p.first[i] / (1 - std::pow(o.adam_beta1, t));
      const double v = p.second[i] / (1 - std::pow(o.adam_beta2, t));
      r[i] = m / (std::sqrt(v) + o.adam_eps) + decay * p.value[i];
    }
    const double w = testing::norm(p.value), length = testing::norm(r);
    const double ratio = p.decays && w > 0.0 && length > 0.0 ? w / length : 1.0;
    for (size_t i = 0; i < r.size(); ++i) p.value[i] -= rate * ratio * r[i];
  };
}

TEST(Lamb, MeetsThePapersAlgorithm) {
  for (const double weight_decay : {0.0, 0.3}) {
    const config::OptimizationConfig options{.weight_decay = weight_decay};
    Lamb lamb(options);
    testing::expect_formula(lamb, formula(options), 5e-6);
  }
}

TEST(Lamb, AStepIsTheLearningRateTimesTheParametersNorm) {
  torch::manual_seed(4);
  std::vector<Parameter> parameters = {{.name = "p",
                                        .value = torch::randn({70, 1000}),
                                        .gradient = torch::randn({70, 1000}),
                                        .decays = true}};
  const torch::Tensor before = parameters[0].value.clone();
  Lamb lamb({.weight_decay = 0.01});
  lamb.step(parameters, 0.25, 1.0);
  const double moved = (parameters[0].value - before).norm().item<double>();
  EXPECT_NEAR(moved / before.norm().item<double>(), 0.25, 1e-5);
}

TEST(Lamb, IsAdamWhereNothingDecays) {
  std::vector<Parameter> mine = testing::make_parameters(5), theirs = testing::make_parameters(5);
  for (auto* parameters : {&mine, &theirs}) {
    for (Parameter& parameter : *parameters) parameter.decays = false;
  }
  Lamb lamb({.adam_beta2 = 0.98, .adam_eps = 1e-6, .weight_decay = 0.5});
  Adam adam({.adam_beta2 = 0.98, .adam_eps = 1e-6});
  for (int t = 1; t <= 10; ++t) {
    testing::fill_gradients(mine);
    testing::share_gradients(mine, theirs);
    lamb.step(mine, 0.01, 0.5);
    adam.step(theirs, 0.01, 0.5);
  }
  testing::expect_near(mine, theirs, 1e-6);
}

TEST(Lamb, AParameterOrDirectionOfZerosHasRatioOne) {
  std::vector<Parameter> parameters = {
      {.name = "value", .value = torch::zeros({3}), .gradient = torch::ones({3}), .decays = true},
      {.name = "direction",
       .value = torch::ones({3}),
       .gradient = torch::zeros({3}),
       .decays = true}};
  Lamb lamb({});
  lamb.step(parameters, 0.1, 1.0);
  EXPECT_LT(testing::largest_difference(parameters[0].value, torch::full({3}, -0.1)), 1e-6);
  EXPECT_TRUE(torch::equal(parameters[1].value, torch::ones({3})));
}

}  // namespace
}  // namespace nmt::optim

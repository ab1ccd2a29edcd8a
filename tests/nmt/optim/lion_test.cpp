#include "nmt/optim/lion.h"

#include <gtest/gtest.h>

#include "tests/nmt/optim/updates.h"

namespace nmt::optim {
namespace {

double sign(double x) {
  return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : 0.0;
}

// Algorithm 2 of the paper, in its order: the step first, then the mean.
testing::Formula formula(const config::OptimizationConfig& o) {
  return [o](testing::PlainParameter& p, double rate, int) {
    const double decay = p.decays ? o.weight_decay : 0.0;
    for (size_t i = 0; i < p.value.size(); ++i) {
      const double c = o.adam_beta1 * p.first[i] + (1 - o.adam_beta1) * p.gradient[i];
      p.value[i] -= rate * (sign(c) + decay * p.value[i]);
      p.first[i] = o.adam_beta2 * p.first[i] + (1 - o.adam_beta2) * p.gradient[i];
    }
  };
}

TEST(Lion, MeetsThePapersAlgorithm) {
  for (const double weight_decay : {0.0, 0.3}) {
    for (const double beta2 : {0.99, 0.7}) {
      const config::OptimizationConfig options{
          .adam_beta1 = 0.9, .adam_beta2 = beta2, .weight_decay = weight_decay};
      Lion lion(options);
      testing::expect_formula(lion, formula(options), 2e-6);
    }
  }
}

TEST(Lion, EveryElementMovesByTheLearningRateUnlessItsGradientIsZero) {
  std::vector<Parameter> parameters = {
      {.name = "p", .value = torch::zeros({3}), .gradient = torch::tensor({1e-9f, -20.0f, 0.0f})}};
  Lion lion({});
  lion.step(parameters, 0.5, 1.0);
  EXPECT_EQ(parameters[0].value[0].item<double>(), -0.5);
  EXPECT_EQ(parameters[0].value[1].item<double>(), 0.5);
  EXPECT_EQ(parameters[0].value[2].item<double>(), 0.0);
}

}  // namespace
}  // namespace nmt::optim

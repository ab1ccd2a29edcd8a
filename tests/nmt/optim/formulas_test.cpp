// Every optimizer's formula: against the paper's algorithm in float64 loops or against LibTorch's
// optimizer, and by what its steps are known for.

#include <gtest/gtest.h>

#include "tests/nmt/optim/updates.h"

namespace nmt::optim::formulas_test {
namespace {

using config::OptimizationConfig;
using config::OptimizerKind;
using testing::expect_formula;
using testing::expect_like_torch;
using testing::PlainParameter;

constexpr double kDecays[] = {0.0, 0.3};

std::unique_ptr<Optimizer> made(OptimizerKind kind, OptimizationConfig config = {}) {
  config.optimizer = kind;
  return make_optimizer(config);
}

// One parameter of `value` after a step with `gradient` and a rate of 0.5.
torch::Tensor after_one_step(Optimizer& optimizer, const torch::Tensor& value,
                             const torch::Tensor& gradient) {
  std::vector<Parameter> parameters = {
      {.name = "p", .value = value, .gradient = gradient, .decays = true}};
  optimizer.step(parameters, 0.5, 1.0);
  return parameters[0].value;
}

void expect_values(const torch::Tensor& actual, const std::vector<double>& expected,
                   double tolerance = 1e-6) {
  ASSERT_EQ(actual.numel(), std::ssize(expected));
  for (int64_t i = 0; i < actual.numel(); ++i) {
    EXPECT_NEAR(actual[i].item<double>(), expected[i], tolerance) << i;
  }
}

// m̂ / (√v̂ + ε) of element i, whose moments it updates.
double adam_direction(const OptimizationConfig& o, PlainParameter& p, size_t i, int t) {
  const double g = p.gradient[i];
  p.first[i] = o.adam_beta1 * p.first[i] + (1 - o.adam_beta1) * g;
  p.second[i] = o.adam_beta2 * p.second[i] + (1 - o.adam_beta2) * g * g;
  const double m = p.first[i] / (1 - std::pow(o.adam_beta1, t));
  const double v = p.second[i] / (1 - std::pow(o.adam_beta2, t));
  return m / (std::sqrt(v) + o.adam_eps);
}

TEST(Adam, MeetsThePapersAlgorithm) {
  for (const double weight_decay : kDecays) {
    const OptimizationConfig o{.weight_decay = weight_decay};
    expect_formula(
        *made(OptimizerKind::kAdam, o),
        [o](PlainParameter& p, double rate, int t) {
          const double decay = p.decays ? o.weight_decay : 0.0;
          for (size_t i = 0; i < p.value.size(); ++i) {
            p.value[i] -= rate * (decay * p.value[i] + adam_direction(o, p, i, t));
          }
        },
        5e-6);
  }
}

TEST(Adam, MeetsTorchsAdamAndAdamW) {
  const auto options = [](auto torchs) {
    return torchs.betas(std::make_tuple(0.9, 0.98)).eps(1e-8);
  };
  const auto adam = made(OptimizerKind::kAdam, {.adam_eps = 1e-8});
  expect_like_torch<torch::optim::Adam>(*adam, options(torch::optim::AdamOptions()), 0.0, 5e-6);
  const auto adamw = made(OptimizerKind::kAdamW, {.adam_eps = 1e-8, .weight_decay = 0.05});
  expect_like_torch<torch::optim::AdamW>(
      *adamw, options(torch::optim::AdamWOptions().weight_decay(0.05)), 0.05, 5e-6);
}

TEST(Adam, FirstStepMovesByTheLearningRateAgainstTheSign) {
  expect_values(after_one_step(*made(OptimizerKind::kAdam), torch::zeros({3}),
                               torch::tensor({1e-3f, -20.0f, 0.0f})),
                {-0.5, 0.5, 0.0}, 1e-5);
}

TEST(Adam, EpsIsAddedToTheRootOfTheCorrectedMoment) {
  expect_values(after_one_step(*made(OptimizerKind::kAdam, {.adam_eps = 0.25}), torch::zeros({1}),
                               torch::full({1}, 0.5)),
                {-0.5 * 0.5 / (0.5 + 0.25)});
}

torch::optim::SGDOptions sgd_options(double momentum, bool nesterov) {
  return torch::optim::SGDOptions(1.0).momentum(momentum).nesterov(nesterov);
}

TEST(Sgd, MeetsTorchs) {
  const auto expect = [](double momentum, bool nesterov, double weight_decay) {
    const auto sgd =
        made(OptimizerKind::kSgd,
             {.momentum = momentum, .nesterov = nesterov, .weight_decay = weight_decay});
    expect_like_torch<torch::optim::SGD>(*sgd, sgd_options(momentum, nesterov), weight_decay,
                                         momentum == 0.0 ? 2e-6 : 5e-6);
  };
  expect(0.0, false, 0.1);
  expect(0.9, false, 0.0);
  expect(0.9, false, 0.1);
  expect(0.8, true, 0.1);
}

TEST(Sgd, WithoutMomentumDecoupledDecayIsTheL2Term) {
  expect_formula(
      *made(OptimizerKind::kSgd, {.momentum = 0.0, .weight_decay = 0.3}),
      [](PlainParameter& p, double rate, int) {
        const double decay = p.decays ? 0.3 : 0.0;
        for (size_t i = 0; i < p.value.size(); ++i) {
          p.value[i] -= rate * (p.gradient[i] + decay * p.value[i]);
        }
      },
      2e-6);
}

TEST(Sgd, RefusesNesterovWithoutMomentum) {
  EXPECT_THROW(made(OptimizerKind::kSgd, {.momentum = 0.0, .nesterov = true}), c10::Error);
}

TEST(Adagrad, MeetsTorchs) {
  for (const double weight_decay : {0.0, 0.1}) {
    expect_like_torch<torch::optim::Adagrad>(
        *made(OptimizerKind::kAdagrad, {.adam_eps = 1e-3, .weight_decay = weight_decay}),
        torch::optim::AdagradOptions(1.0).eps(1e-3), weight_decay, 2e-6);
  }
}

TEST(Adagrad, TheFirstStepMovesByTheLearningRateAndLaterOnesByItsRoot) {
  const auto adagrad = made(OptimizerKind::kAdagrad);
  const torch::Tensor gradient = torch::tensor({1e-2f, -20.0f});
  const torch::Tensor once = after_one_step(*adagrad, torch::zeros({2}), gradient);
  expect_values(once, {-0.5, 0.5});
  const double twice = 0.5 + 0.5 / std::sqrt(2.0);
  expect_values(after_one_step(*adagrad, once, gradient), {-twice, twice});
}

TEST(Lars, MeetsThePapersAlgorithm) {
  for (const double weight_decay : kDecays) {
    for (const double momentum : {0.0, 0.9}) {
      const OptimizationConfig o{
          .momentum = momentum, .trust_coefficient = 0.7, .weight_decay = weight_decay};
      // Parameters that do not decay have rate 1 and no decay.
      expect_formula(
          *made(OptimizerKind::kLars, o),
          [o](PlainParameter& p, double rate, int) {
            const double decay = p.decays ? o.weight_decay : 0.0;
            double local = 1.0;
            const double w = testing::norm(p.value), g = testing::norm(p.gradient);
            if (p.decays && w > 0.0 && g > 0.0) local = o.trust_coefficient * w / (g + decay * w);
            for (size_t i = 0; i < p.value.size(); ++i) {
              const double pull = p.gradient[i] + decay * p.value[i];
              p.first[i] = o.momentum * p.first[i] + rate * local * pull;
              p.value[i] -= p.first[i];
            }
          },
          5e-6);
    }
  }
}

TEST(Lars, AStepIsAsLongInProportionToEveryParameter) {
  torch::manual_seed(3);
  for (const float size : {0.01f, 1.0f, 50.0f}) {
    const torch::Tensor before = torch::randn({5, 9}) * size;
    const torch::Tensor after =
        after_one_step(*made(OptimizerKind::kLars, {.trust_coefficient = 0.02}), before.clone(),
                       torch::randn({5, 9}) / size);
    EXPECT_NEAR(((after - before).norm() / before.norm()).item<double>(), 0.5 * 0.02, 1e-6);
  }
}

TEST(Lars, AParameterOrGradientOfZerosHasRatioOne) {
  const torch::Tensor zeros = torch::zeros({3}), ones = torch::ones({3});
  const OptimizationConfig o{.weight_decay = 0.5};
  expect_values(after_one_step(*made(OptimizerKind::kLars, o), zeros.clone(), ones),
                {-0.5, -0.5, -0.5}, 1e-7);
  expect_values(after_one_step(*made(OptimizerKind::kLars, o), ones.clone(), zeros),
                {0.75, 0.75, 0.75}, 1e-7);
}

TEST(Lamb, MeetsThePapersAlgorithm) {
  for (const double weight_decay : kDecays) {
    const OptimizationConfig o{.weight_decay = weight_decay};
    // φ(z) = z; parameters that do not decay have ratio 1 and no decay.
    expect_formula(
        *made(OptimizerKind::kLamb, o),
        [o](PlainParameter& p, double rate, int t) {
          const double decay = p.decays ? o.weight_decay : 0.0;
          std::vector<double> r(p.value.size());
          for (size_t i = 0; i < r.size(); ++i) {
            r[i] = adam_direction(o, p, i, t) + decay * p.value[i];
          }
          const double w = testing::norm(p.value), length = testing::norm(r);
          const double ratio = p.decays && w > 0.0 && length > 0.0 ? w / length : 1.0;
          for (size_t i = 0; i < r.size(); ++i) p.value[i] -= rate * ratio * r[i];
        },
        5e-6);
  }
}

TEST(Lamb, AStepIsTheLearningRateTimesTheParametersNorm) {
  torch::manual_seed(4);
  const torch::Tensor before = torch::randn({70, 1000});
  const torch::Tensor after = after_one_step(*made(OptimizerKind::kLamb, {.weight_decay = 0.01}),
                                             before.clone(), torch::randn({70, 1000}));
  EXPECT_NEAR(((after - before).norm() / before.norm()).item<double>(), 0.5, 1e-5);
}

TEST(Lamb, IsAdamWhereNothingDecays) {
  std::vector<Parameter> mine = testing::make_parameters(5), theirs = testing::make_parameters(5);
  for (auto* parameters : {&mine, &theirs}) {
    for (Parameter& parameter : *parameters) parameter.decays = false;
  }
  const auto lamb = made(OptimizerKind::kLamb, {.adam_eps = 1e-6, .weight_decay = 0.5});
  const auto adam = made(OptimizerKind::kAdam, {.adam_eps = 1e-6});
  for (int t = 1; t <= 10; ++t) {
    testing::fill_gradients(mine);
    testing::share_gradients(mine, theirs);
    lamb->step(mine, 0.01, 0.5);
    adam->step(theirs, 0.01, 0.5);
  }
  testing::expect_near(mine, theirs, 1e-6);
}

TEST(Lamb, AParameterOrDirectionOfZerosHasRatioOne) {
  const torch::Tensor zeros = torch::zeros({3}), ones = torch::ones({3});
  expect_values(after_one_step(*made(OptimizerKind::kLamb), zeros.clone(), ones),
                {-0.5, -0.5, -0.5});
  expect_values(after_one_step(*made(OptimizerKind::kLamb), ones.clone(), zeros), {1.0, 1.0, 1.0},
                0.0);
}

double sign_of(double x) {
  return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : 0.0;
}

TEST(Lion, MeetsThePapersAlgorithm) {
  for (const double weight_decay : kDecays) {
    for (const double beta2 : {0.99, 0.7}) {
      const OptimizationConfig o{.adam_beta2 = beta2, .weight_decay = weight_decay};
      // In the paper's order: the step first, then the mean.
      expect_formula(
          *made(OptimizerKind::kLion, o),
          [o](PlainParameter& p, double rate, int) {
            const double decay = p.decays ? o.weight_decay : 0.0;
            for (size_t i = 0; i < p.value.size(); ++i) {
              const double c = o.adam_beta1 * p.first[i] + (1 - o.adam_beta1) * p.gradient[i];
              p.value[i] -= rate * (sign_of(c) + decay * p.value[i]);
              p.first[i] = o.adam_beta2 * p.first[i] + (1 - o.adam_beta2) * p.gradient[i];
            }
          },
          2e-6);
    }
  }
}

TEST(Lion, EveryElementMovesByTheLearningRateUnlessItsGradientIsZero) {
  expect_values(after_one_step(*made(OptimizerKind::kLion), torch::zeros({3}),
                               torch::tensor({1e-9f, -20.0f, 0.0f})),
                {-0.5, 0.5, 0.0}, 0.0);
}

}  // namespace
}  // namespace nmt::optim::formulas_test

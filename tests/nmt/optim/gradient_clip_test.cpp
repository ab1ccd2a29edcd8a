#include "nmt/optim/gradient_clip.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace nmt::optim {
namespace {

std::vector<Parameter> random_gradients() {
  torch::manual_seed(5);
  std::vector<Parameter> parameters;
  for (const int64_t size : {1, 7, 8, 9, 16384, 16385, 100003}) {
    parameters.push_back({.name = "p" + std::to_string(size),
                          .value = torch::zeros({size}),
                          .gradient = torch::randn({size})});
  }
  parameters.push_back({.name = "absent", .value = torch::zeros({3})});
  return parameters;
}

double float64_norm(const std::vector<Parameter>& parameters) {
  double sum = 0.0;
  for (const Parameter& parameter : parameters) {
    if (!parameter.gradient.defined()) continue;
    sum += parameter.gradient.to(torch::kFloat64).square().sum().item<double>();
  }
  return std::sqrt(sum);
}

TEST(GradientClip, NormIsThatOfAllGradientsInFloat64) {
  const auto parameters = random_gradients();
  EXPECT_NEAR(gradient_norm(parameters), float64_norm(parameters), 1e-10);
}

TEST(GradientClip, NormDoesNotDependOnTheNumberOfThreads) {
  const auto parameters = random_gradients();
  const int before = at::get_num_threads();
  at::set_num_threads(1);
  const double one = gradient_norm(parameters);
  at::set_num_threads(3);
  const double three = gradient_norm(parameters);
  at::set_num_threads(before);
  EXPECT_EQ(one, three);
}

TEST(GradientClip, ScalesToTheLimitAndReturnsTheNormBefore) {
  auto parameters = random_gradients();
  const auto original = random_gradients();
  const double norm = gradient_norm(parameters);
  EXPECT_EQ(clip_gradients(parameters, 2.0), norm);
  EXPECT_NEAR(gradient_norm(parameters), 2.0, 1e-6);
  for (size_t i = 0; i + 1 < parameters.size(); ++i) {
    EXPECT_TRUE(torch::allclose(parameters[i].gradient, original[i].gradient * (2.0 / norm)));
  }
}

TEST(GradientClip, LeavesSmallGradientsAndLimitZeroAlone) {
  for (const double limit : {1e6, 0.0}) {
    auto parameters = random_gradients();
    const auto original = random_gradients();
    clip_gradients(parameters, limit);
    for (size_t i = 0; i + 1 < parameters.size(); ++i) {
      EXPECT_TRUE(torch::equal(parameters[i].gradient, original[i].gradient));
    }
  }
}

TEST(GradientClip, ReportsNonFiniteNormsAndTouchesNothing) {
  for (const float bad :
       {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    auto parameters = random_gradients();
    const auto original = random_gradients();
    parameters[5].gradient[1000] = bad;
    EXPECT_FALSE(std::isfinite(clip_gradients(parameters, 1.0)));
    EXPECT_TRUE(torch::equal(parameters[4].gradient, original[4].gradient));
  }
}

TEST(GradientClip, LargeGradientsDoNotOverflow) {
  std::vector<Parameter> parameters = {
      {.name = "p", .value = torch::zeros({4}), .gradient = torch::full({4}, 1e30)}};
  EXPECT_NEAR(clip_gradients(parameters, 1.0) / 2e30, 1.0, 1e-6);
  EXPECT_NEAR(parameters[0].gradient[0].item<double>(), 0.5, 1e-6);
}

TEST(GradientClip, StridedGradientsAreScaledInPlace) {
  const torch::Tensor storage = torch::ones({3, 4});
  std::vector<Parameter> parameters = {
      {.name = "p", .value = torch::zeros({4, 3}), .gradient = storage.t()}};
  clip_gradients(parameters, std::sqrt(3.0));
  EXPECT_TRUE(torch::allclose(storage, torch::full({3, 4}, 0.5)));
}

}  // namespace
}  // namespace nmt::optim

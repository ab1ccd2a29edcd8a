#include "nmt/optim/gradient_clip.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace nmt::optim::gradient_clip_test {
namespace {

double float64_squares(const torch::Tensor& gradient) {
  return gradient.to(torch::kFloat64).square().sum().item<double>();
}

TEST(SquaredNorm, IsThatInFloat64) {
  torch::manual_seed(5);
  for (const int64_t size : {0, 1, 7, 8, 16, 17, 100003}) {
    const torch::Tensor gradient = torch::randn({size}), before = gradient.clone();
    EXPECT_NEAR(squared_norm(gradient), float64_squares(gradient), 1e-12 * (1.0 + size));
    EXPECT_TRUE(torch::equal(gradient, before));
  }
}

TEST(SquaredNorm, OfNoGradientIsZero) {
  EXPECT_EQ(squared_norm(torch::Tensor()), 0.0);
}

TEST(SquaredNorm, OfStridedAndOfDoubleGradients) {
  torch::manual_seed(6);
  const torch::Tensor gradient = torch::randn({5, 7});
  EXPECT_NEAR(squared_norm(gradient.t()), squared_norm(gradient), 1e-12);
  EXPECT_NEAR(squared_norm(gradient.to(torch::kFloat64)), squared_norm(gradient), 1e-12);
}

TEST(SquaredNorm, IsNotFiniteIfAnElementIsNot) {
  for (const float bad :
       {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    torch::Tensor gradient = torch::ones({1000});
    gradient[500] = bad;
    EXPECT_FALSE(std::isfinite(squared_norm(gradient)));
  }
}

TEST(SquaredNorm, OfLargeElementsDoesNotOverflow) {
  EXPECT_NEAR(squared_norm(torch::full({4}, 1e30)) / 4e60, 1.0, 1e-6);
}

TEST(AddGradient, AddsInPlaceAndGivesTheSquaredNormOfTheSum) {
  torch::manual_seed(7);
  for (const bool strided : {false, true}) {
    torch::Tensor sum = torch::randn({37, 5});
    const torch::Tensor added = strided ? torch::randn({5, 37}).t() : torch::randn({37, 5});
    const torch::Tensor expected = sum + added, alias = sum;
    EXPECT_NEAR(add_gradient(sum, added), float64_squares(expected), 1e-10);
    EXPECT_TRUE(torch::equal(alias, expected));
  }
}

TEST(AddGradient, RefusesAnotherShape) {
  torch::Tensor sum = torch::zeros({3});
  EXPECT_THROW(add_gradient(sum, torch::zeros({4})), c10::Error);
}

TEST(ClipScale, BringsTheNormDownToTheLimit) {
  EXPECT_DOUBLE_EQ(clip_scale(8.0, 2.0), 0.25);
  EXPECT_DOUBLE_EQ(clip_scale(2e30, 1.0), 5e-31);
}

TEST(ClipScale, LeavesSmallGradientsAndLimitZeroAlone) {
  EXPECT_EQ(clip_scale(1.0, 2.0), 1.0);
  EXPECT_EQ(clip_scale(2.0, 2.0), 1.0);
  EXPECT_EQ(clip_scale(0.0, 2.0), 1.0);
  EXPECT_EQ(clip_scale(8.0, 0.0), 1.0);
}

TEST(ClipScale, IsOneForANormThatIsNotFinite) {
  EXPECT_EQ(clip_scale(std::numeric_limits<double>::infinity(), 1.0), 1.0);
  EXPECT_EQ(clip_scale(std::numeric_limits<double>::quiet_NaN(), 1.0), 1.0);
}

}  // namespace
}  // namespace nmt::optim::gradient_clip_test

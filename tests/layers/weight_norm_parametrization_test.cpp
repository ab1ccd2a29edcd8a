// Weight normalisation: row lengths are |g|, the hand-written gradient is the derivative.

#include "layers/weight_norm_parametrization.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/layers/double_precision.h"

namespace nmt::layers::weight_norm_parametrization_test {
namespace {

class WeightNorm : public ::testing::Test {
 protected:
  torch::Tensor written(WeightNormParametrization& norm, const torch::Tensor& w) {
    torch::Tensor effective = torch::empty_like(w);
    norm.write_effective(w, effective);
    return effective;
  }

  testing::DoublePrecision double_precision_;
  at::Generator generator_ = testing::seeded(1);
  torch::Tensor w_ = testing::normal({6, 4}, generator_);
  WeightNormParametrization norm_{6};
};

TEST_F(WeightNorm, StartsWithTheWeightItself) {
  norm_.initialize(w_);
  EXPECT_TRUE(torch::allclose(written(norm_, w_), w_, 1e-14, 1e-15));
}

TEST_F(WeightNorm, GivesRowsOfTheWeightTheLengthG) {
  norm_.initialize(w_);
  norm_.gain.copy_(torch::tensor({1.0, 0.5, -2.0, 0.0, 3.0, 7.0}));
  const naive::Rows w = testing::rows_of(w_), effective = testing::rows_of(written(norm_, w_));
  const naive::Row g = testing::rows_of(norm_.gain)[0];
  for (size_t o = 0; o < w.size(); ++o) {
    double squares = 0.0;
    for (const double value : w[o]) squares += value * value;
    for (size_t i = 0; i < w[o].size(); ++i) {
      EXPECT_NEAR(effective[o][i], g[o] * w[o][i] / std::sqrt(squares), 1e-14);
    }
  }
}

TEST_F(WeightNorm, ARowWhoseLengthOverflowsGivesNaNAndNeverZero) {
  norm_.initialize(w_);
  w_[1].fill_(1e200);
  w_[3].fill_(0.0);
  const torch::Tensor effective = written(norm_, w_);
  for (int64_t o = 0; o < 6; ++o) {
    EXPECT_EQ(effective[o].isnan().all().item<bool>(), o == 1 || o == 3) << o;
  }
  EXPECT_TRUE(norm_.effective_weight(w_)[1].isnan().all().item<bool>());
}

TEST_F(WeightNorm, GradientMeetsFiniteDifferences) {
  norm_.initialize(w_);
  norm_.gain.mul_(1.0 + 0.3 * testing::normal({6}, generator_));
  const torch::Tensor direction = testing::normal({6, 4}, generator_);
  const torch::Tensor pulled = direction.clone();
  norm_.pull_back(w_, {pulled.narrow(0, 0, 2), pulled.narrow(0, 2, 4)});
  const torch::Tensor of_gain = norm_.gain.grad().clone();
  const auto value = [&] { return (written(norm_, w_) * direction).sum().item<double>(); };
  for (int i = 0; i < 3; ++i) {
    testing::expect_gradient("w", w_, pulled, value, generator_);
    testing::expect_gradient("g", norm_.gain, of_gain, value, generator_);
  }
}

TEST_F(WeightNorm, GradientEqualsThatOfTheDefinition) {
  norm_.initialize(w_);
  norm_.gain.mul_(1.0 + 0.3 * testing::normal({6}, generator_));
  const torch::Tensor gradient = testing::normal({6, 4}, generator_);
  const torch::Tensor leaf = w_.clone().requires_grad_(true);
  norm_.gain.requires_grad_(true);
  const torch::Tensor defined = norm_.effective_weight(leaf);
  const auto expected = torch::autograd::grad({(defined * gradient).sum()}, {leaf, norm_.gain});
  norm_.gain.requires_grad_(false);
  const torch::Tensor pulled = gradient.clone();
  norm_.pull_back(w_, {pulled});
  EXPECT_TRUE(torch::allclose(defined, written(norm_, w_), 1e-14, 1e-15));
  EXPECT_TRUE(torch::allclose(pulled, expected[0], 1e-10, 1e-12));
  EXPECT_TRUE(torch::allclose(norm_.gain.grad(), expected[1], 1e-10, 1e-12));
}

TEST_F(WeightNorm, GradientIsTangentToEveryRow) {
  norm_.initialize(w_);
  const torch::Tensor pulled = testing::normal({6, 4}, generator_);
  norm_.pull_back(w_, {pulled});
  EXPECT_LT((pulled * w_).sum(1).abs().max().item<double>(), 1e-13);
}

TEST_F(WeightNorm, AZeroRowGivesNaNThereSoThatTheLossShowsIt) {
  norm_.initialize(w_);
  w_[2].zero_();
  const torch::Tensor bad = written(norm_, w_).isnan();
  EXPECT_TRUE(bad[2].all().item<bool>());
  EXPECT_EQ(bad.sum().item<int64_t>(), 4);
}

TEST_F(WeightNorm, NamesItsTensorsAndHasNoSpectralNorm) {
  ASSERT_EQ(norm_.own_parameters().size(), 1u);
  EXPECT_EQ(norm_.own_parameters()[0].first, "weight_g");
  EXPECT_TRUE(norm_.buffers().empty());
  EXPECT_FALSE(norm_.sigma().has_value());
  EXPECT_FALSE(norm_.spectral_gain().has_value());
}

}  // namespace
}  // namespace nmt::layers::weight_norm_parametrization_test

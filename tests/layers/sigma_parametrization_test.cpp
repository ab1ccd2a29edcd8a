// σReparam: the spectral norm is |γ|, the hand-written gradient is the derivative, and one power
// step an update is enough to follow a weight that moves.

#include "layers/sigma_parametrization.h"

#include <gtest/gtest.h>

#include <optional>

#include "layers/spectral_norm.h"
#include "tests/layers/double_precision.h"

namespace nmt::layers::sigma_parametrization_test {
namespace {

class Sigma : public ::testing::Test {
 protected:
  torch::Tensor written(SigmaParametrization& sigma, const torch::Tensor& w) {
    torch::Tensor effective = torch::empty_like(w);
    sigma.write_effective(w, effective);
    return effective;
  }

  torch::Tensor pulled_back(SigmaParametrization& sigma, const torch::Tensor& w,
                            const torch::Tensor& gradient) {
    const torch::Tensor pulled = gradient.clone();
    sigma.pull_back(w, {pulled});
    return pulled;
  }

  testing::DoublePrecision double_precision_;
  at::Generator generator_ = testing::seeded(1);
};

TEST_F(Sigma, SpectralNormOfTheEffectiveWeightIsGamma) {
  for (const auto& [rows, columns] : {std::pair{8, 8}, {3, 20}, {20, 3}, {1, 5}, {140, 150}}) {
    const torch::Tensor w = testing::normal({rows, columns}, generator_);
    for (const double gamma : {1.0, 0.25, 7.5}) {
      SigmaParametrization sigma(columns, gamma);
      sigma.initialize(w);
      EXPECT_NEAR(exact_spectral_norm(written(sigma, w)), gamma, 1e-6 * gamma);
      EXPECT_NEAR(*sigma.sigma(), exact_spectral_norm(w), 1e-6 * *sigma.sigma());
    }
  }
}

TEST_F(Sigma, StartAtSigmaKeepsTheWeight) {
  const torch::Tensor w = testing::normal({6, 9}, generator_);
  SigmaParametrization sigma(9, std::nullopt);
  sigma.initialize(w);
  EXPECT_NEAR(sigma.gamma.item<double>(), exact_spectral_norm(w), 1e-6);
  EXPECT_TRUE(torch::allclose(written(sigma, w), w, 1e-6, 1e-7));
}

TEST_F(Sigma, NegativeGammaIsAllowed) {
  const torch::Tensor w = testing::normal({6, 9}, generator_);
  SigmaParametrization sigma(9, 1.0);
  sigma.initialize(w);
  sigma.gamma.fill_(-0.5);
  EXPECT_NEAR(exact_spectral_norm(written(sigma, w)), 0.5, 1e-6);
}

TEST_F(Sigma, GradientEqualsThatOfTheDefinition) {
  // Also with a v that belongs to an older W: u and v are constants whatever they are.
  for (const bool stale : {false, true}) {
    torch::Tensor w = testing::normal({7, 5}, generator_);
    SigmaParametrization sigma(5, 1.7);
    sigma.initialize(w);
    if (stale) w += 0.5 * testing::normal({7, 5}, generator_);
    const torch::Tensor effective = written(sigma, w);
    const torch::Tensor gradient = testing::normal({7, 5}, generator_);

    const torch::Tensor leaf = w.clone().requires_grad_(true);
    sigma.gamma.requires_grad_(true);
    const torch::Tensor defined = sigma.effective_weight(leaf);
    EXPECT_TRUE(torch::allclose(defined, effective, 1e-12, 1e-12));
    const auto expected = torch::autograd::grad({(defined * gradient).sum()}, {leaf, sigma.gamma});
    sigma.gamma.requires_grad_(false);

    const torch::Tensor pulled = pulled_back(sigma, w, gradient);
    EXPECT_TRUE(torch::allclose(pulled, expected[0], 1e-10, 1e-12)) << stale;
    EXPECT_TRUE(torch::allclose(sigma.gamma.grad(), expected[1], 1e-10, 1e-12)) << stale;
  }
}

TEST_F(Sigma, GradientIsTangentToTheWeight) {
  const torch::Tensor w = testing::normal({7, 5}, generator_);
  SigmaParametrization sigma(5, 1.0);
  sigma.initialize(w);
  written(sigma, w);
  const torch::Tensor pulled = pulled_back(sigma, w, testing::normal({7, 5}, generator_));
  EXPECT_NEAR((pulled * w).sum().item<double>(), 0.0, 1e-12);
}

TEST_F(Sigma, GradientMeetsFiniteDifferencesOfTheExactNorm) {
  torch::Tensor w = testing::normal({6, 4}, generator_);
  SigmaParametrization sigma(4, 1.0);
  sigma.initialize(w);
  written(sigma, w);
  const torch::Tensor direction = testing::normal({6, 4}, generator_);
  const auto value = [&] { return (w / exact_spectral_norm(w) * direction).sum().item<double>(); };
  const torch::Tensor pulled = pulled_back(sigma, w, direction);
  for (int i = 0; i < 3; ++i) {
    testing::expect_gradient("w", w, pulled, value, generator_, 1e-6);
  }
}

TEST_F(Sigma, OnePowerStepAnUpdateFollowsAMovingWeight) {
  torch::Tensor w = testing::normal({24, 16}, generator_);
  SigmaParametrization sigma(16, 1.0);
  sigma.initialize(w);
  double worst = 0.0;
  for (int update = 0; update < 300; ++update) {
    w += 0.003 * testing::normal({24, 16}, generator_);
    sigma.advance(w, /*power_steps=*/1);
    written(sigma, w);
    const double exact = exact_spectral_norm(w);
    worst = std::max(worst, std::abs(*sigma.sigma() - exact) / exact);
    EXPECT_LE(*sigma.sigma(), exact * (1 + 1e-12));
  }
  EXPECT_LT(worst, 0.01);
  for (int step = 0; step < 2000; ++step) sigma.advance(w, /*power_steps=*/1);
  written(sigma, w);
  EXPECT_NEAR(*sigma.sigma(), exact_spectral_norm(w), 1e-9);
}

TEST_F(Sigma, MorePowerStepsAnUpdateFollowMoreClosely) {
  const auto worst_lag = [&](int64_t power_steps) {
    at::Generator generator = testing::seeded(3);
    torch::Tensor w = testing::normal({24, 16}, generator);
    SigmaParametrization sigma(16, 1.0);
    sigma.initialize(w);
    double worst = 0.0;
    for (int update = 0; update < 100; ++update) {
      w += 0.03 * testing::normal({24, 16}, generator);
      sigma.advance(w, power_steps);
      written(sigma, w);
      worst = std::max(worst, 1.0 - *sigma.sigma() / exact_spectral_norm(w));
    }
    return worst;
  };
  EXPECT_LT(worst_lag(4), 0.7 * worst_lag(1));
  EXPECT_LT(worst_lag(100), 1e-3);
}

TEST_F(Sigma, AZeroWeightGivesNaNSoThatTheLossShowsIt) {
  SigmaParametrization sigma(3, 1.0);
  EXPECT_TRUE(written(sigma, torch::zeros({2, 3})).isnan().all().item<bool>());
}

TEST_F(Sigma, AFixedGammaIsSpectralNormalisation) {
  const torch::Tensor w = testing::normal({7, 5}, generator_);
  SigmaParametrization sigma(5, 1.0, SigmaParametrization::Gamma::kFixed);
  SigmaParametrization learned(5, 1.0);
  sigma.initialize(w);
  learned.initialize(w);
  EXPECT_NEAR(exact_spectral_norm(written(sigma, w)), 1.0, 1e-6);
  EXPECT_TRUE(torch::equal(written(sigma, w), written(learned, w)));
  const torch::Tensor gradient = testing::normal({7, 5}, generator_);
  EXPECT_TRUE(torch::equal(pulled_back(sigma, w, gradient), pulled_back(learned, w, gradient)));
  EXPECT_FALSE(sigma.gamma.grad().defined());
  EXPECT_TRUE(sigma.own_parameters().empty());
  ASSERT_EQ(sigma.buffers().size(), 2u);
  EXPECT_EQ(sigma.buffers()[0].first, "gamma");
  EXPECT_EQ(sigma.buffers()[1].first, "sigma_v");
}

TEST_F(Sigma, NamesItsTensors) {
  const SigmaParametrization sigma(3, 1.0);
  ASSERT_EQ(sigma.own_parameters().size(), 1u);
  EXPECT_EQ(sigma.own_parameters()[0].first, "gamma");
  ASSERT_EQ(sigma.buffers().size(), 1u);
  EXPECT_EQ(sigma.buffers()[0].first, "sigma_v");
}

}  // namespace
}  // namespace nmt::layers::sigma_parametrization_test

// MatrixTracker against singular values and norms in float64.

#include "nmt/stability/matrix_tracker.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "data/text/error.h"
#include "layers/sigma_parametrization.h"

namespace nmt::stability::matrix_tracker_test {
namespace {

void in_order(int64_t tasks, const std::function<void(int64_t)>& work) {
  for (int64_t i = 0; i < tasks; ++i) work(i);
}

torch::Tensor random_matrix(int64_t rows, int64_t columns, uint64_t seed) {
  return torch::randn({rows, columns}, at::make_generator<at::CPUGeneratorImpl>(seed),
                      torch::kFloat32);
}

double exact_sigma(const torch::Tensor& matrix) {
  return torch::linalg_svdvals(matrix.to(torch::kFloat64)).max().item<double>();
}

// With a given spectrum.
torch::Tensor matrix_of(const std::vector<double>& values, int64_t rows, int64_t columns,
                        uint64_t seed) {
  const auto side = static_cast<int64_t>(values.size());
  const auto [left, r1] = torch::linalg_qr(random_matrix(rows, side, seed).to(torch::kFloat64));
  const auto [right, r2] =
      torch::linalg_qr(random_matrix(columns, side, seed + 1).to(torch::kFloat64));
  return (left * torch::tensor(values, torch::kFloat64)).matmul(right.t()).to(torch::kFloat32);
}

TEST(MatrixTracker, SpectralNormsAreConvergedAtTheFirstRecord) {
  std::vector<torch::Tensor> weights = {random_matrix(48, 80, 1),
                                        random_matrix(300, 20, 2),
                                        random_matrix(256, 256, 3),
                                        matrix_of({5.0, 4.999, 4.99, 1.0}, 40, 60, 4),
                                        matrix_of({2.0, 2.0, 2.0}, 30, 30, 6),
                                        1e-12 * random_matrix(20, 30, 8),
                                        1e12 * random_matrix(20, 30, 9)};
  for (const torch::Tensor& weight : weights) {
    MatrixTracker tracker({{.name = "w", .weight = weight}});
    const run_log::MatrixRecord record = tracker.measure(in_order)[0];
    EXPECT_NEAR(record.sigma / exact_sigma(weight), 1.0, 5e-5) << weight.sizes();
    EXPECT_EQ(record.effective_sigma, record.sigma);
  }
  MatrixTracker zero({{.name = "w", .weight = torch::zeros({4, 3})}});
  EXPECT_EQ(zero.measure(in_order)[0].sigma, 0.0);
}

// σ̂ of one power step an update lags behind a weight that moves, and Ŵ with it.
TEST(MatrixTracker, EffectiveNormIsThatOfTheWeightThatIsUsedNotGamma) {
  const int64_t rows = 40, columns = 60;
  torch::Tensor weight = random_matrix(rows, columns, 10);
  layers::SigmaParametrization sigma(columns, /*gamma_start=*/-1.5);
  sigma.initialize(weight);
  torch::Tensor effective = torch::empty_like(weight);
  MatrixTracker tracker({{.name = "w",
                          .weight = weight,
                          .effective = effective,
                          .sigma = [&] { return *sigma.sigma(); },
                          .gamma = [&] { return *sigma.spectral_gain(); }}});
  double worst_lag = 0.0;
  for (uint64_t update = 0; update < 40; ++update) {
    weight.add_(random_matrix(rows, columns, 100 + update), 0.2);
    sigma.advance(weight, /*power_steps=*/1);
    sigma.write_effective(weight, effective);
    const torch::Tensor before = sigma.right().clone();
    const run_log::MatrixRecord record = tracker.measure(in_order)[0];
    EXPECT_NEAR(record.effective_sigma, exact_sigma(effective), 3e-5);
    EXPECT_EQ(record.gamma, -1.5);
    EXPECT_NEAR(record.sigma, *sigma.sigma(), 1e-5 * record.sigma);
    EXPECT_TRUE(torch::equal(sigma.right(), before)) << "the measurement moved training's vector";
    worst_lag = std::max(worst_lag, record.effective_sigma / 1.5 - 1.0);
  }
  EXPECT_GT(worst_lag, 0.01) << "nothing lagged: nothing was tested";
}

// The largest singular vector of one record may be the second of the next.
TEST(MatrixTracker, FollowsAWeightWhoseLargestDirectionIsOvertaken) {
  torch::Tensor weight = matrix_of({3.0, 2.0, 1.0}, 20, 20, 11);
  const torch::Tensor grows = weight - matrix_of({3.0, 0.0, 1.0}, 20, 20, 11);  // The second.
  MatrixTracker tracker({{.name = "w", .weight = weight}});
  for (int i = 0; i < 12; ++i) {
    EXPECT_NEAR(tracker.measure(in_order)[0].sigma, exact_sigma(weight), 1e-4);
    weight.add_(grows, 0.1);
  }
  EXPECT_GT(exact_sigma(weight), 4.0);
}

TEST(MatrixTracker, NormsOfWeightAndGradientAreThoseOfAllParts) {
  torch::Tensor weight = random_matrix(6, 5, 2);
  std::vector<torch::Tensor> parts = {weight.narrow(0, 0, 2), weight.narrow(0, 2, 4)};
  parts[0].mutable_grad() = torch::full({2, 5}, 3.0f);
  parts[1].mutable_grad() = torch::full({4, 5}, -1.0f);
  MatrixTracker tracker({{.name = "w", .weight = weight, .parts = parts}});
  const run_log::MatrixRecord record = tracker.measure(in_order)[0];
  EXPECT_NEAR(record.weight_norm, weight.to(torch::kFloat64).norm().item<double>(), 1e-4);
  EXPECT_NEAR(record.gradient_norm, std::sqrt(10 * 9.0 + 20 * 1.0), 1e-4);
  EXPECT_FALSE(record.gamma.has_value());
  EXPECT_EQ(record.effective_sigma, record.sigma);
}

TEST(MatrixTracker, UpdateRatioIsThatOfTheUpdate) {
  torch::Tensor weight = random_matrix(200, 16, 3);
  MatrixTracker tracker({{.name = "w", .weight = weight}});
  tracker.keep_rows();
  weight.mul_(1.25f);
  EXPECT_NEAR(tracker.measure(in_order)[0].update_ratio, 0.25, 1e-6);
  EXPECT_TRUE(std::isnan(tracker.measure(in_order)[0].update_ratio));
}

TEST(MatrixTracker, EffectiveNormOfAnotherParametrisationHasASearchOfItsOwn) {
  const torch::Tensor weight = random_matrix(8, 6, 5);
  const torch::Tensor effective = random_matrix(8, 6, 6);
  MatrixTracker tracker({{.name = "w", .weight = weight, .effective = effective}});
  const run_log::MatrixRecord record = tracker.measure(in_order)[0];
  EXPECT_NEAR(record.sigma, exact_sigma(weight), 1e-4);
  EXPECT_NEAR(record.effective_sigma, exact_sigma(effective), 1e-4);
}

TEST(MatrixTracker, ALaterRunGoesOnToTheBit) {
  const torch::Tensor weight = random_matrix(64, 90, 7);
  const auto fresh = [&] { return MatrixTracker({{.name = "w", .weight = weight}}); };
  MatrixTracker straight = fresh(), second = fresh();
  straight.measure(in_order);
  second.load_state(straight.state());
  EXPECT_EQ(straight.measure(in_order)[0].sigma, second.measure(in_order)[0].sigma);
  EXPECT_TRUE(torch::equal(straight.state()[0].second, second.state()[0].second));
  MatrixTracker other({{.name = "w", .weight = random_matrix(64, 80, 7)}});
  EXPECT_THROW(other.load_state(straight.state()), InputError);
}

}  // namespace
}  // namespace nmt::stability::matrix_tracker_test

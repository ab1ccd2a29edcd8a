// MatrixTracker against singular values and norms in float64.

#include "nmt/stability/matrix_tracker.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "data/text/error.h"

namespace nmt::stability {
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

TEST(MatrixTracker, SpectralNormComesNearTheSingularValueFromBelow) {
  const torch::Tensor weight = random_matrix(48, 80, 1);
  MatrixTracker tracker({{.name = "w", .weight = weight}});
  const double exact = exact_sigma(weight);
  const double first = tracker.measure(in_order)[0].sigma;
  EXPECT_LE(first, exact * (1 + 1e-5));
  EXPECT_GE(first, 0.92 * exact);
  double later = 0.0;
  for (int i = 0; i < 200; ++i) later = tracker.measure(in_order)[0].sigma;
  EXPECT_NEAR(later, exact, 1e-4 * exact);
}

TEST(MatrixTracker, NormsOfWeightAndGradientAreThoseOfAllParts) {
  torch::Tensor weight = random_matrix(6, 5, 2);
  std::vector<torch::Tensor> parts = {weight.narrow(0, 0, 2), weight.narrow(0, 2, 4)};
  parts[0].mutable_grad() = torch::full({2, 5}, 3.0f);
  parts[1].mutable_grad() = torch::full({4, 5}, -1.0f);
  MatrixTracker tracker({{.name = "w", .weight = weight, .parts = parts}});
  const MatrixRecord record = tracker.measure(in_order)[0];
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

TEST(MatrixTracker, AParametrisationThatKnowsItsNormsIsAsked) {
  const torch::Tensor weight = random_matrix(4, 4, 4);
  MatrixTracker tracker({{.name = "w",
                          .weight = weight,
                          .effective = weight,
                          .sigma = [] { return 7.0; },
                          .gamma = [] { return -1.5; }}});
  const MatrixRecord record = tracker.measure(in_order)[0];
  EXPECT_EQ(record.sigma, 7.0);
  EXPECT_EQ(record.gamma, -1.5);
  EXPECT_EQ(record.effective_sigma, 1.5);
}

TEST(MatrixTracker, EffectiveNormOfAnotherParametrisationIsIterated) {
  const torch::Tensor weight = random_matrix(8, 6, 5);
  const torch::Tensor effective = random_matrix(8, 6, 6);
  MatrixTracker tracker({{.name = "w", .weight = weight, .effective = effective}});
  MatrixRecord record;
  for (int i = 0; i < 100; ++i) record = tracker.measure(in_order)[0];
  EXPECT_NEAR(record.sigma, exact_sigma(weight), 1e-3);
  EXPECT_NEAR(record.effective_sigma, exact_sigma(effective), 1e-3);
}

TEST(MatrixTracker, ALaterRunGoesOnToTheBit) {
  const torch::Tensor weight = random_matrix(64, 90, 7);
  const auto fresh = [&] { return MatrixTracker({{.name = "w", .weight = weight}}); };
  MatrixTracker straight = fresh(), second = fresh();
  straight.measure(in_order);
  second.load_state(straight.state());
  EXPECT_EQ(straight.measure(in_order)[0].sigma, second.measure(in_order)[0].sigma);
  EXPECT_NE(straight.measure(in_order)[0].sigma, fresh().measure(in_order)[0].sigma);
  MatrixTracker other({{.name = "w", .weight = random_matrix(64, 80, 7)}});
  EXPECT_THROW(other.load_state(straight.state()), InputError);
}

}  // namespace
}  // namespace nmt::stability

// The largest singular triple against all singular values, and against plain loops.

#include "layers/spectral_norm.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/layers/double_precision.h"

namespace nmt::layers::spectral_norm_test {
namespace {

void expect_top_triple(const torch::Tensor& w, double tolerance) {
  const SingularTriple top = top_singular_triple(w);
  const double exact = exact_spectral_norm(w);
  EXPECT_NEAR(top.value, exact, tolerance * exact) << w.sizes();
  const torch::Tensor left = top.left.to(torch::kFloat64);
  const torch::Tensor right = top.right.to(torch::kFloat64);
  EXPECT_NEAR(left.norm().item<double>(), 1.0, 1e-6);
  EXPECT_NEAR(right.norm().item<double>(), 1.0, 1e-6);
  const torch::Tensor difference = w.to(torch::kFloat64).mv(right) - exact * left;
  EXPECT_LT(difference.norm().item<double>(), 1e-5 * exact) << w.sizes();
}

TEST(TopSingularTriple, OfSmallMatricesIsExact) {
  at::Generator generator = testing::seeded(1);
  for (const auto& [rows, columns] :
       {std::pair{1, 1}, {1, 9}, {9, 1}, {5, 5}, {3, 17}, {40, 7}, {128, 300}}) {
    expect_top_triple(testing::normal({rows, columns}, generator), 1e-12);
  }
}

TEST(TopSingularTriple, OfLargeMatricesIsExact) {
  at::Generator generator = testing::seeded(2);
  for (const auto& [rows, columns] : {std::pair{130, 130}, {150, 400}, {400, 150}}) {
    expect_top_triple(testing::normal({rows, columns}, generator), 1e-7);
  }
}

TEST(TopSingularTriple, OfAModelSizedMatrixIsWithinATenthOfAMillionth) {
  at::Generator generator = testing::seeded(3);
  const torch::Tensor w =
      torch::randn({2048, 512}, generator, torch::kFloat32) * std::sqrt(2.0 / (2048 + 512));
  // The Gram matrix has the same largest value squared, and is four times faster to decompose.
  const torch::Tensor wide = w.to(torch::kFloat64);
  const double exact = std::sqrt(torch::linalg_eigvalsh(wide.t().mm(wide)).max().item<double>());
  EXPECT_NEAR(top_singular_triple(w).value, exact, 1e-7 * exact);
  EXPECT_NEAR(top_singular_triple(w.t().contiguous()).value, exact, 1e-7 * exact);
}

TEST(TopSingularTriple, DoesNotDependOnTheScale) {
  at::Generator generator = testing::seeded(4);
  const torch::Tensor w = testing::normal({140, 140}, generator);
  const double value = top_singular_triple(w).value;
  for (const double scale : {1e-12, 1e-6, 1e6}) {
    EXPECT_NEAR(top_singular_triple(w * scale).value, value * scale, 1e-7 * value * scale);
  }
}

TEST(TopSingularTriple, OfRepeatedSingularValuesIsOneOfThem) {
  at::Generator generator = testing::seeded(5);
  for (const int64_t size : {6, 150}) {
    expect_top_triple(3.0 * torch::eye(size, torch::kFloat64), 1e-12);
    const torch::Tensor basis =
        std::get<0>(torch::linalg_qr(testing::normal({size, size}, generator)));
    torch::Tensor values = torch::linspace(0.1, 1.0, size, torch::kFloat64);
    values.narrow(0, 0, 3).fill_(2.0);
    expect_top_triple(basis.mm(torch::diag(values)).mm(basis.t().flip(0)), 1e-9);
  }
}

TEST(TopSingularTriple, OfAZeroMatrixIsZero) {
  EXPECT_EQ(top_singular_triple(torch::zeros({4, 3})).value, 0.0);
  EXPECT_EQ(top_singular_triple(torch::zeros({200, 300})).value, 0.0);
}

TEST(TopSingularTriple, RefusesWhatIsNoMatrix) {
  EXPECT_THROW(top_singular_triple(torch::ones({3})), c10::Error);
}

TEST(ExactSpectralNorm, MeetsPlainLoops) {
  at::Generator generator = testing::seeded(6);
  const torch::Tensor w = testing::normal({7, 4}, generator);
  EXPECT_NEAR(exact_spectral_norm(w), naive::spectral_norm(testing::rows_of(w)), 1e-10);
  EXPECT_DOUBLE_EQ(exact_spectral_norm(torch::tensor({{3.0, 4.0}}, torch::kFloat64)), 5.0);
}

TEST(PowerIterationStep, IsTheGramMatrixTimesTheVectorMadeUnit) {
  const torch::Tensor w = torch::tensor({{2.0, 0.0}, {0.0, 1.0}}, torch::kFloat64);
  torch::Tensor right = torch::tensor({0.6, 0.8}, torch::kFloat64);
  power_iteration_step(w, right);  // (4 · 0.6, 0.8) = 0.8 (3, 1)
  EXPECT_NEAR(right[0].item<double>(), 3.0 / std::sqrt(10.0), 1e-15);
  EXPECT_NEAR(right[1].item<double>(), 1.0 / std::sqrt(10.0), 1e-15);
}

TEST(PowerIterationStep, LeavesTheVectorOfAZeroMatrix) {
  torch::Tensor right = torch::tensor({1.0F, 0.0F});
  power_iteration_step(torch::zeros({3, 2}), right);
  EXPECT_TRUE(torch::equal(right, torch::tensor({1.0F, 0.0F})));
}

}  // namespace
}  // namespace nmt::layers::spectral_norm_test

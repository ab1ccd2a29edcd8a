// Hessian products and sharpness of functions whose Hessian is known in closed form.

#include "nmt/stability/sharpness.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/layers/double_precision.h"

namespace nmt::stability::sharpness_test {
namespace {

constexpr LanczosOptions kExact{.max_iterations = 200, .tolerance = 1e-13, .seed = 2};

torch::Tensor parameter(const torch::Tensor& value) {
  return value.clone().set_requires_grad(true);
}

// L = x₁² x₂ + Σ sin(m), x [2], m [2, 3]; H of x is [[2 x₂, 2 x₁], [2 x₁, 0]], that of m −sin(m).
struct SineAndCubic {
  torch::Tensor x = parameter(torch::tensor({1.5, -0.5}, torch::kFloat64));
  torch::Tensor m = parameter(at::linspace(0.1, 5.9, 6, torch::kFloat64).view({2, 3}));
  torch::Tensor unused = parameter(at::ones({2}, torch::kFloat64));
  torch::Tensor linear = parameter(at::ones({3}, torch::kFloat64));

  torch::Tensor loss() const { return x[0] * x[0] * x[1] + m.sin().sum() + 4.0 * linear.sum(); }
  HessianProduct hessian() const { return {loss(), {x, unused, m, linear}}; }
  torch::Tensor dense() const {
    torch::Tensor h = at::zeros({13, 13}, torch::kFloat64);
    h[0][0] = 2.0 * -0.5;
    h[0][1] = h[1][0] = 2.0 * 1.5;
    for (int64_t i = 0; i < 6; ++i) h[4 + i][4 + i] = -std::sin(0.1 + 5.8 * i / 5.0);
    return h;
  }
};

TEST(HessianProduct, MeetsTheClosedForm) {
  const SineAndCubic function;
  const HessianProduct hessian = function.hessian();
  ASSERT_EQ(hessian.dimension(), 13);
  at::Generator generator = testing::seeded(1);
  for (int i = 0; i < 3; ++i) {
    const torch::Tensor v = testing::normal({13}, generator);
    EXPECT_TRUE(at::allclose(hessian(v), function.dense().mv(v), 1e-13, 1e-13));
  }
  EXPECT_FALSE(function.x.grad().defined());
}

TEST(HessianProduct, IsZeroForALinearFunction) {
  const torch::Tensor x = parameter(at::ones({4}, torch::kFloat64));
  const HessianProduct hessian(3.0 * x.sum(), {x});
  EXPECT_TRUE(
      torch::equal(hessian(at::ones({4}, torch::kFloat64)), at::zeros({4}, torch::kFloat64)));
}

TEST(HessianProduct, RefusesAVectorOfAnotherSize) {
  const SineAndCubic function;
  EXPECT_THROW(function.hessian()(at::ones({12}, torch::kFloat64)), c10::Error);
}

TEST(Sharpness, IsTheLargestEigenvalue) {
  const SineAndCubic function;
  const auto found = measure_sharpness(function.hessian(), {}, torch::kFloat64, kExact);
  // Of [[−1, 3], [3, 0]], above all −sin(m): (−1 + √37) / 2; its other one, −3.5, is stronger.
  EXPECT_NEAR(found.sharpness, (std::sqrt(37.0) - 1.0) / 2.0, 1e-12);
  EXPECT_FALSE(found.preconditioned.has_value());
}

TEST(Sharpness, ScalesTheHessianOnBothSides) {
  const SineAndCubic function;
  at::Generator generator = testing::seeded(4);
  const torch::Tensor diagonal = testing::normal({13}, generator).exp();
  const auto found = measure_sharpness(function.hessian(), diagonal, torch::kFloat64, kExact);
  const torch::Tensor root = at::diag(diagonal.rsqrt());
  const double expected =
      at::linalg_eigvalsh(root.matmul(function.dense()).matmul(root))[-1].item<double>();
  EXPECT_NEAR(found.preconditioned.value(), expected, 1e-11 * expected);
  EXPECT_NEAR(found.sharpness, (std::sqrt(37.0) - 1.0) / 2.0, 1e-12);
}

TEST(Sharpness, ReportsTheLessExactSearch) {
  const torch::Tensor x = parameter(at::linspace(1.0, 2.0, 50, torch::kFloat64));
  const HessianProduct hessian(x.pow(4).sum(), {x});      // Diagonal, 12 to 48.
  const torch::Tensor flat = 12.0 * x.detach().square();  // Then all eigenvalues are 1.
  const LanczosOptions few{.max_iterations = 3, .tolerance = 1e-9, .seed = 2};
  const auto found = measure_sharpness(hessian, flat, torch::kFloat64, few);
  EXPECT_NEAR(found.preconditioned.value(), 1.0, 1e-13);
  EXPECT_EQ(found.iterations, 3);
  EXPECT_GT(found.residual, 1e-3);
}

}  // namespace
}  // namespace nmt::stability::sharpness_test

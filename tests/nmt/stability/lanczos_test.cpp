// The largest eigenvalue by Lanczos against eigenvalues of dense matrices.

#include "nmt/stability/lanczos.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <utility>

#include "tests/layers/double_precision.h"
#include "tests/testing/temp_folder.h"

namespace nmt::stability::lanczos_test {
namespace {

constexpr LanczosOptions kExact{.max_iterations = 1000, .tolerance = 1e-13, .seed = 3};

class Lanczos : public ::testing::Test {
 protected:
  // A symmetric matrix with these eigenvalues [n] in random directions.
  torch::Tensor matrix_with(const torch::Tensor& eigenvalues) {
    const int64_t n = eigenvalues.size(0);
    const torch::Tensor basis = std::get<0>(at::linalg_qr(testing::normal({n, n}, generator_)));
    return basis.matmul(at::diag(eigenvalues)).matmul(basis.t());
  }

  static TopEigenvalue top_of(const torch::Tensor& matrix, const LanczosOptions& options) {
    return largest_eigenvalue([&](const torch::Tensor& v) { return matrix.mv(v); }, matrix.size(0),
                              matrix.scalar_type(), options);
  }

  static double dense_top(const torch::Tensor& matrix) {
    return at::linalg_eigvalsh(matrix)[-1].item<double>();
  }

  at::Generator generator_ = testing::seeded(5);
};

TEST_F(Lanczos, MeetsDenseEigenvaluesOfRandomMatrices) {
  for (const int64_t n : {1, 2, 3, 10, 57, 200}) {
    const torch::Tensor half = testing::normal({n, n}, generator_);
    const torch::Tensor matrix = half + half.t();
    const TopEigenvalue top = top_of(matrix, kExact);
    const double expected = dense_top(matrix);
    EXPECT_NEAR(top.value, expected, 1e-11 * std::abs(expected)) << n;
    EXPECT_LE(top.iterations, n);
    EXPECT_LT(top.residual, 1e-10);
  }
}

TEST_F(Lanczos, FindsTheLargestNotTheStrongest) {
  const torch::Tensor spectrum = at::linspace(-100.0, 2.0, 80, torch::kFloat64);
  const torch::Tensor matrix = matrix_with(spectrum);
  EXPECT_NEAR(top_of(matrix, kExact).value, 2.0, 1e-10);
  EXPECT_NEAR(top_of(matrix_with(spectrum - 10.0), kExact).value, -8.0, 1e-10);
}

TEST_F(Lanczos, TakesADegenerateTopOnce) {
  torch::Tensor spectrum = at::linspace(-3.0, 4.0, 60, torch::kFloat64);
  spectrum.slice(0, 55).fill_(5.0);
  const TopEigenvalue top = top_of(matrix_with(spectrum), kExact);
  EXPECT_NEAR(top.value, 5.0, 1e-11);
}

TEST_F(Lanczos, EndsWhenTheSpaceIsSearched) {
  const torch::Tensor identity = 2.5 * at::eye(40, torch::kFloat64);
  const TopEigenvalue of_identity = top_of(identity, kExact);
  EXPECT_NEAR(of_identity.value, 2.5, 1e-14);
  EXPECT_EQ(of_identity.iterations, 1);
  EXPECT_EQ(of_identity.residual, 0.0);

  const TopEigenvalue of_zero = top_of(at::zeros({7, 7}, torch::kFloat64), kExact);
  EXPECT_EQ(of_zero.value, 0.0);
  EXPECT_EQ(of_zero.iterations, 1);
  EXPECT_EQ(of_zero.residual, 0.0);

  const TopEigenvalue of_number = top_of(at::full({1, 1}, -4.0, torch::kFloat64), kExact);
  EXPECT_EQ(of_number.value, -4.0);
  EXPECT_EQ(of_number.residual, 0.0);
}

TEST_F(Lanczos, TheResidualBoundsTheDistanceToAnEigenvalue) {
  const torch::Tensor half = testing::normal({150, 150}, generator_);
  const torch::Tensor matrix = half + half.t();
  const torch::Tensor eigenvalues = at::linalg_eigvalsh(matrix);
  double before = -1e300;
  for (const int64_t iterations : {2, 5, 10, 20, 40}) {
    const TopEigenvalue top =
        top_of(matrix, {.max_iterations = iterations, .tolerance = 0.0, .seed = 3});
    EXPECT_EQ(top.iterations, iterations);
    const double nearest = (eigenvalues - top.value).abs().min().item<double>();
    EXPECT_LE(nearest, top.residual * std::abs(top.value) * (1 + 1e-9));
    EXPECT_GE(top.value, before) << "more vectors cannot give less";
    EXPECT_LE(top.value, eigenvalues[-1].item<double>() * (1 + 1e-12));
    before = top.value;
  }
}

TEST_F(Lanczos, StopsAtTheTolerance) {
  torch::Tensor spectrum = at::linspace(0.0, 1.0, 500, torch::kFloat64);
  spectrum[499] = 40.0;
  const torch::Tensor matrix = matrix_with(spectrum);
  const TopEigenvalue top = top_of(matrix, {.max_iterations = 30, .tolerance = 1e-3, .seed = 3});
  EXPECT_LT(top.iterations, 10);
  EXPECT_LT(top.residual, 1e-3);
  EXPECT_GT(top.residual, 0.0);
  EXPECT_NEAR(top.value, 40.0, 40.0 * 1e-3);
}

// Without orthogonalisation against all former vectors, float32 loses the space in a few steps:
// the small spectrum near the top is then found far later, or copies of the top come in its place.
TEST_F(Lanczos, Float32VectorsStayOrthogonal) {
  const torch::Tensor spectrum = at::pow(10.0, at::linspace(-6.0, 3.0, 120, torch::kFloat64));
  const torch::Tensor matrix = matrix_with(spectrum).to(torch::kFloat32);
  std::vector<torch::Tensor> basis;
  const TopEigenvalue top = largest_eigenvalue(
      [&](const torch::Tensor& v) {
        basis.push_back(v.clone());
        return matrix.mv(v);
      },
      120, torch::kFloat32, {.max_iterations = 30, .tolerance = 0.0, .seed = 3});
  EXPECT_NEAR(top.value, 1000.0, 1e-3);
  const torch::Tensor rows = at::stack(basis).to(torch::kFloat64);
  const torch::Tensor gram = rows.matmul(rows.t());
  EXPECT_LT((gram - at::eye(gram.size(0), torch::kFloat64)).abs().max().item<double>(), 1e-5);
}

TEST_F(Lanczos, TheSeedDecidesAllBits) {
  const torch::Tensor half = testing::normal({90, 90}, generator_);
  const torch::Tensor matrix = half + half.t();
  const auto value = [&](uint64_t seed) {
    return top_of(matrix, {.max_iterations = 8, .tolerance = 0.0, .seed = seed}).value;
  };
  EXPECT_EQ(value(1), value(1));
  EXPECT_NE(value(1), value(2));
}

TEST_F(Lanczos, SaysWhenProductsAreNotFinite) {
  const torch::Tensor matrix = at::full({5, 5}, 1e308, torch::kFloat64) * 10.0;
  const TopEigenvalue top = top_of(matrix, kExact);
  EXPECT_TRUE(std::isnan(top.value));
  EXPECT_TRUE(std::isnan(top.residual));
  EXPECT_EQ(top.iterations, 1);
}

TEST_F(Lanczos, RefusesAnEmptyMatrix) {
  EXPECT_THROW(largest_eigenvalue([](const torch::Tensor& v) { return v; }, 0, torch::kFloat64, {}),
               c10::Error);
}

TEST_F(Lanczos, FromAStartOfOnesOwnItGivesTheVectorToo) {
  for (const int64_t n : {1, 2, 30, 200}) {
    const torch::Tensor half = testing::normal({n, n}, generator_), matrix = half.matmul(half.t());
    for (const torch::Dtype dtype : {torch::kFloat64, torch::kFloat32}) {
      const torch::Tensor cast = matrix.to(dtype);
      const torch::Tensor start = (3.0 * testing::normal({n}, generator_)).to(dtype);
      const TopEigenpair top =
          top_eigenpair([&](const torch::Tensor& v) { return cast.mv(v); }, start, 200, 1e-4);
      const double expected = dense_top(matrix);
      EXPECT_NEAR(top.value, expected, 1e-4 * expected) << n;
      EXPECT_NEAR(top.vector.norm().item<double>(), 1.0, 1e-6);
      EXPECT_LT((cast.mv(top.vector) - top.value * top.vector).norm().item<double>(),
                2e-4 * expected);
    }
  }
}

TEST_F(Lanczos, ANearStartTakesFewProducts) {
  const torch::Tensor half = testing::normal({100, 100}, generator_);
  const torch::Tensor matrix = half.matmul(half.t());
  const auto products_from = [&](const torch::Tensor& start) {
    int products = 0;
    const auto product = [&](const torch::Tensor& v) {
      ++products;
      return matrix.mv(v);
    };
    return std::pair(top_eigenpair(product, start, 200, 1e-4), products);
  };
  const torch::Tensor far = testing::normal({100}, generator_);
  const auto [top, cold] = products_from(far);
  EXPECT_LT(products_from(top.vector + 1e-3 * far / far.norm()).second, cold / 2);
}

TEST_F(Lanczos, AProductThatIsNotFiniteGivesNaN) {
  const torch::Tensor poison = torch::full({3, 3}, std::numeric_limits<double>::infinity());
  const TopEigenpair top = top_eigenpair([&](const torch::Tensor& v) { return poison.mv(v); },
                                         torch::ones({3}), 10, 1e-4);
  EXPECT_TRUE(std::isnan(top.value));
  EXPECT_FALSE(top.vector.defined());
}

}  // namespace
}  // namespace nmt::stability::lanczos_test

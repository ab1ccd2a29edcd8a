// Norms of prefixes against singular values in float64.

#include "nmt/stability/prefix_norm.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

namespace nmt::stability::prefix_norm_test {
namespace {

using Draw = std::function<torch::Tensor(int64_t rows, int64_t columns, at::Generator&)>;

torch::Tensor normal(int64_t rows, int64_t columns, at::Generator& generator) {
  return torch::randn({rows, columns}, generator, torch::kFloat64);
}

// Rows all but orthogonal to what came before, so that the largest direction changes on the way.
torch::Tensor in_groups(int64_t rows, int64_t columns, at::Generator& generator) {
  torch::Tensor matrix = 1e-3 * normal(rows, columns, generator);
  for (int64_t t = 0; t < rows; ++t) {
    matrix[t][(5 * t / rows) % columns] += std::pow(1.2, static_cast<double>(5 * t / rows));
  }
  return matrix;
}

struct Kind {
  const char* name;
  Draw draw;
};

const Kind kKinds[] = {
    {"normal", normal},
    {"with a mean",
     [](int64_t rows, int64_t columns, at::Generator& generator) {
       return normal(rows, columns, generator) + 2.0 * normal(1, columns, generator);
     }},
    {"low rank",
     [](int64_t rows, int64_t columns, at::Generator& generator) {
       return normal(rows, 3, generator).matmul(normal(3, columns, generator));
     }},
    {"one direction",
     [](int64_t rows, int64_t columns, at::Generator& generator) {
       return normal(1, columns, generator).expand({rows, columns}).contiguous();
     }},
    {"pairs that cancel",
     [](int64_t rows, int64_t columns, at::Generator& generator) {
       const torch::Tensor half = normal((rows + 1) / 2, columns, generator);
       return torch::stack({half, -half}, 1).view({-1, columns}).narrow(0, 0, rows).contiguous();
     }},
    {"groups", in_groups},
    {"an outlier",
     [](int64_t rows, int64_t columns, at::Generator& generator) {
       torch::Tensor matrix = normal(rows, columns, generator);
       matrix[rows / 2].mul_(1e6);
       return matrix;
     }},
    {"orthogonal", [](int64_t rows, int64_t columns, at::Generator&) {
       return torch::eye(std::max(rows, columns), torch::kFloat64)
           .narrow(0, 0, rows)
           .narrow(1, 0, columns)
           .contiguous();
     }}};

std::vector<int64_t> some_prefixes(int64_t rows) {
  std::vector<int64_t> prefixes;
  for (int64_t i = 1; i <= 8; ++i) prefixes.push_back(std::max<int64_t>(1, rows * i / 8));
  prefixes.erase(std::unique(prefixes.begin(), prefixes.end()), prefixes.end());
  return prefixes;
}

TEST(PrefixNorms, AreNeverBelowTheSingularValuesAndHardlyAbove) {
  at::set_num_threads(1);
  at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(1);
  for (const Kind& kind : kKinds) {
    for (const auto& [rows, columns] : std::vector<std::pair<int64_t, int64_t>>{
             {1, 5}, {7, 65}, {60, 65}, {300, 65}, {300, 20}, {120, 200}, {1024, 129}}) {
      for (const double scale : {1.0, 1e-20, 1e20}) {
        const torch::Tensor matrix = scale * kind.draw(rows, columns, generator);
        const std::vector<int64_t> prefixes = some_prefixes(rows);
        const std::vector<double> norms = prefix_norms(matrix, prefixes);
        ASSERT_EQ(norms.size(), prefixes.size());
        for (size_t i = 0; i < norms.size(); ++i) {
          const double exact =
              torch::linalg_svdvals(matrix.narrow(0, 0, prefixes[i])).max().item<double>();
          EXPECT_GE(norms[i], exact)
              << kind.name << ", first " << prefixes[i] << " of " << rows << " x " << columns;
          EXPECT_LE(norms[i], (1.0 + kPrefixNormExcess) * exact)
              << kind.name << ", first " << prefixes[i] << " of " << rows << " x " << columns;
        }
      }
    }
  }
}

TEST(PrefixNorms, OfZerosAreZero) {
  for (const int64_t rows : {3, 100}) {
    EXPECT_EQ(prefix_norms(torch::zeros({rows, 70}, torch::kFloat64), {2, rows}),
              (std::vector<double>{0.0, 0.0}));
  }
}

TEST(PrefixNorms, AreNaNFromARowOnThatIsNotFinite) {
  at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(2);
  for (const double poison :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    for (const int64_t columns : {30, 200}) {
      torch::Tensor matrix = normal(120, columns, generator);
      matrix[80][1] = poison;
      const std::vector<double> norms = prefix_norms(matrix, {60, 80, 81, 120});
      EXPECT_GT(norms[0], 0.0);
      EXPECT_GE(norms[1], norms[0]);
      EXPECT_TRUE(std::isnan(norms[2]) && std::isnan(norms[3]));
    }
  }
}

TEST(PrefixNorms, NeedAMatrixInFloat64) {
  EXPECT_THROW(prefix_norms(torch::zeros({3, 2}), {1}), c10::Error);
  EXPECT_THROW(prefix_norms(torch::zeros({3}, torch::kFloat64), {1}), c10::Error);
  EXPECT_TRUE(prefix_norms(torch::zeros({3, 2}, torch::kFloat64), {}).empty());
}

}  // namespace
}  // namespace nmt::stability::prefix_norm_test

// The passes of σReparam over a weight, fused against plain LibTorch in float64.

#include "layers/kernels/sigma_weight.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "tests/layers/double_precision.h"
#include "tests/layers/kernels/instruction_sets.h"

namespace nmt::kernels::sigma_weight_test {
namespace {

constexpr std::pair<int64_t, int64_t> kShapes[] = {{1, 1},    {3, 5},    {5, 3},   {8, 16},
                                                   {9, 37},   {17, 64},  {64, 64}, {130, 200},
                                                   {700, 16}, {16, 1030}};

struct Numbers {
  Numbers(int64_t rows, int64_t columns) {
    at::Generator generator = testing::seeded(rows * 1000 + columns);
    w = testing::normal({rows, columns}, generator).to(torch::kFloat32);
    right = testing::normal({columns}, generator).to(torch::kFloat32);
    right /= right.norm();
    left = testing::normal({rows}, generator).to(torch::kFloat32);
    left /= left.norm();
    gradient = testing::normal({rows, columns}, generator).to(torch::kFloat32);
  }
  Numbers as(torch::Dtype dtype) const {
    Numbers copy = *this;
    for (torch::Tensor* one : {&copy.w, &copy.right, &copy.left, &copy.gradient}) {
      *one = one->to(dtype).clone();
    }
    return copy;
  }
  torch::Tensor w, right, left, gradient;
};

using Results = std::vector<torch::Tensor>;
using Pass = Results (*)(Numbers numbers, bool fused);

Results power_step_of(Numbers n, bool fused) {
  (fused ? power_step : power_step_reference)(n.w, n.right);
  return {n.right};
}

torch::Tensor number(double value) {
  return torch::full({1}, value, torch::kFloat64);
}

Results write_scaled_of(Numbers n, bool fused) {
  torch::Tensor left = torch::zeros_like(n.left), effective = torch::zeros_like(n.w);
  torch::Tensor sigma = number(0.0);
  (fused ? write_scaled : write_scaled_reference)(n.w, number(-1.7), n.right, left, effective,
                                                  sigma);
  return {sigma, left, effective};
}

Results pull_back_of(Numbers n, bool fused) {
  const int64_t first = n.w.size(0) / 3;
  const torch::Tensor gamma = number(-1.7), sigma = number(2.5);
  const torch::Tensor along = (fused ? pull_back : pull_back_reference)(
      n.w, {.gamma = gamma, .sigma = sigma, .left = n.left, .right = n.right},
      {n.gradient.narrow(0, 0, first), n.gradient.narrow(0, first, n.w.size(0) - first)});
  return {along, n.gradient};
}

void expect_small_errors(Pass pass, const Numbers& numbers) {
  const Results truth = pass(numbers.as(torch::kFloat64), false);
  const Results plain = pass(numbers.as(torch::kFloat32), false);
  const Results fused = pass(numbers.as(torch::kFloat32), true);
  for (size_t i = 0; i < truth.size(); ++i) {
    SCOPED_TRACE(::testing::Message() << "result " << i << " of " << numbers.w.sizes());
    const auto error = [&](const torch::Tensor& result) {
      return (result.to(torch::kFloat64) - truth[i]).abs().max().item<double>();
    };
    const double largest = truth[i].abs().max().item<double>();
    EXPECT_LE(error(fused[i]), 2.0 * error(plain[i]) + 0x1p-20 * (1e-3 + largest));
  }
}

TEST(SigmaWeight, ErrsAtMostTwiceAsMuchAsThePlainForm) {
  testing::on_each_instruction_set([] {
    for (const auto& [rows, columns] : kShapes) {
      const Numbers numbers(rows, columns);
      expect_small_errors(power_step_of, numbers);
      expect_small_errors(write_scaled_of, numbers);
      expect_small_errors(pull_back_of, numbers);
    }
  });
}

TEST(SigmaWeight, RowsOfALargerMatrixAreLeftAlone) {
  testing::on_each_instruction_set([] {
    for (const int64_t columns : {5, 16, 37}) {
      const Numbers n(12, columns);
      torch::Tensor left = torch::zeros({10}), effective = torch::zeros({12, columns});
      torch::Tensor rows = effective.narrow(0, 1, 10), right = n.right.clone();
      const torch::Tensor gamma = number(1.0);
      torch::Tensor sigma = number(0.0);
      write_scaled(n.w.narrow(0, 1, 10), gamma, right, left, rows, sigma);
      const torch::Tensor gradient = n.gradient.clone();
      pull_back(n.w.narrow(0, 1, 10),
                {.gamma = gamma, .sigma = sigma, .left = left, .right = right},
                {gradient.narrow(0, 1, 10)});
      for (const int64_t row : {0, 11}) {
        EXPECT_EQ(effective[row].abs().sum().item<float>(), 0.0f);
        EXPECT_TRUE(torch::equal(gradient[row], n.gradient[row]));
      }
    }
  });
}

TEST(SigmaWeight, WhatHasNoDirectionKeepsItsVectorAndGivesNaN) {
  for (const float value : {0.0f, std::numeric_limits<float>::quiet_NaN()}) {
    for (const torch::Dtype dtype : {torch::kFloat32, torch::kFloat64}) {
      const torch::Tensor w = torch::full({3, 2}, value, dtype);
      torch::Tensor right = torch::tensor({0.6, 0.8}, dtype), left = torch::zeros({3}, dtype);
      const torch::Tensor before = right.clone();
      power_step(w, right);
      EXPECT_TRUE(torch::equal(right, before));
      torch::Tensor effective = torch::zeros({3, 2}, dtype);
      torch::Tensor sigma = number(1.0);
      write_scaled(w, number(1.0), right, left, effective, sigma);
      EXPECT_FALSE(sigma.item<double>() > 0);
      EXPECT_TRUE(effective.isnan().all().item<bool>());
    }
  }
}

// A norm that overflows must not divide a weight down to 0.
TEST(SigmaWeight, WhatCannotBeScaledGivesNaNAndNeverZero) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const bool fused : {true, false}) {
    for (const float value : {3e38f, 1e38f, kInfinity, 1e-44f}) {
      for (const double gamma : {1.0, -0.5}) {
        const torch::Tensor w = torch::full({40, 40}, value);
        torch::Tensor right = torch::full({40}, 1.0 / std::sqrt(40.0)), left = torch::zeros({40});
        const torch::Tensor before = right.clone();
        (fused ? power_step : power_step_reference)(w, right);
        EXPECT_TRUE(torch::equal(right, before)) << value;
        torch::Tensor effective = torch::zeros({40, 40}), sigma = number(1.0);
        (fused ? write_scaled : write_scaled_reference)(w, number(gamma), right, left, effective,
                                                        sigma);
        EXPECT_TRUE(effective.isnan().all().item<bool>()) << value << " " << effective[0][0];
      }
    }
  }
}

TEST(SigmaWeight, LargeAndSmallWeightsAreScaledAsOthers) {
  for (const float value : {1e30f, 1e-30f}) {
    const torch::Tensor w = torch::full({4, 4}, value), right = torch::full({4}, 0.5);
    torch::Tensor left = torch::zeros({4}), effective = torch::zeros({4, 4}), sigma = number(0.0);
    write_scaled(w, number(2.0), right, left, effective, sigma);
    EXPECT_TRUE(torch::allclose(effective, torch::full({4, 4}, 0.5), 1e-5, 0.0)) << value;
    write_scaled(w, number(0.0), right, left, effective, sigma);
    EXPECT_TRUE(effective.eq(0).all().item<bool>()) << "gamma is 0, and so is the weight";
  }
}

TEST(SigmaWeight, StridedTensorsTakeThePlainForm) {
  const Numbers n(6, 4);
  const Results expected = pull_back_of(n.as(torch::kFloat32), true);
  Numbers strided = n.as(torch::kFloat32);
  strided.w = strided.w.t().contiguous().t();
  strided.gradient = strided.gradient.t().contiguous().t();
  const Results actual = pull_back_of(strided, true);
  EXPECT_TRUE(torch::allclose(actual[1], expected[1], 1e-5, 1e-6));
}

TEST(SigmaWeight, NamesTheShapesThatDisagree) {
  Numbers n(6, 4);
  torch::Tensor effective = torch::zeros({6, 4});
  EXPECT_THROW(power_step(n.w, n.left), c10::Error);
  EXPECT_THROW(power_step(n.right, n.right), c10::Error);
  torch::Tensor sigma = number(1.0);
  const torch::Tensor gamma = number(1.0);
  EXPECT_THROW(write_scaled(n.w, gamma, n.right, n.right, effective, sigma), c10::Error);
  const SigmaFactors factors = {.gamma = gamma, .sigma = sigma, .left = n.left, .right = n.right};
  EXPECT_THROW(pull_back(n.w, factors, {n.gradient.narrow(0, 0, 5)}), c10::Error);
  EXPECT_THROW(pull_back(n.w, factors, {n.gradient.t()}), c10::Error);
}

}  // namespace
}  // namespace nmt::kernels::sigma_weight_test

// The fused end of a sublayer against the plain form in float64: shapes, α, dropout, threads.

#include "layers/kernels/residual_norm.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/layers/double_precision.h"
#include "tests/layers/kernels/instruction_sets.h"

namespace nmt::kernels {
namespace {

struct Case {
  std::vector<int64_t> shape;
  double alpha;
  double dropout;
};

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const double dropout : {0.0, 0.3}) {
    for (const double alpha : {1.0, 1.7}) {
      for (const int64_t size : {1, 3, 8, 16, 17, 64, 100, 512}) {
        all.push_back({{3, 5, size}, alpha, dropout});
      }
      all.push_back({{1300, 24}, alpha, dropout});
    }
  }
  return all;
}

using Join = torch::Tensor (*)(const ResidualInputs&, const LayerNormInputs&);

// y and the gradients of x, branch, gain and bias.
std::vector<torch::Tensor> run(Join join, const Case& one, torch::Dtype dtype) {
  at::Generator generator = testing::seeded(one.shape.back());
  const int64_t size = one.shape.back();
  std::vector<torch::Tensor> leaves = {
      testing::normal(one.shape, generator), testing::normal(one.shape, generator),
      testing::normal({size}, generator), testing::normal({size}, generator)};
  const torch::Tensor grad = testing::normal(one.shape, generator).to(torch::kFloat32);
  for (torch::Tensor& leaf : leaves) {
    leaf = leaf.to(torch::kFloat32).to(dtype).clone().requires_grad_(true);
  }
  const torch::Tensor y =
      join({.x = leaves[0], .branch = leaves[1], .alpha = one.alpha, .dropout = {one.dropout, 7}},
           {.gain = leaves[2], .bias = leaves[3]});
  y.backward(grad.to(dtype));
  std::vector<torch::Tensor> results = {y.detach()};
  for (const torch::Tensor& leaf : leaves) results.push_back(leaf.grad());
  return results;
}

double error(const torch::Tensor& part, const torch::Tensor& truth) {
  return (part.to(torch::kFloat64) - truth).abs().max().item<double>();
}

void expect_small_errors(const Case& one) {
  const char* names[] = {"y", "x", "branch", "gain", "bias"};
  const auto truth = run(residual_norm_reference, one, torch::kFloat64);
  const auto plain = run(residual_norm_reference, one, torch::kFloat32);
  const auto fused = run(residual_norm, one, torch::kFloat32);
  for (size_t i = 0; i < truth.size(); ++i) {
    SCOPED_TRACE(::testing::Message() << names[i] << " of " << one.shape << " alpha " << one.alpha
                                      << " dropout " << one.dropout);
    const double largest = truth[i].abs().max().item<double>();
    EXPECT_LE(error(fused[i], truth[i]),
              2.0 * error(plain[i], truth[i]) + 0x1p-21 * (1.0 + largest));
  }
}

TEST(ResidualNorm, ErrsAtMostTwiceAsMuchAsThePlainForm) {
  testing::on_each_instruction_set([] {
    for (const Case& one : cases()) expect_small_errors(one);
  });
}

TEST(ResidualNorm, GradientsMeetFiniteDifferences) {
  const Case one = {{4, 6}, 1.3, 0.25};
  const auto results = run(residual_norm, one, torch::kFloat32);
  at::Generator generator = testing::seeded(6);
  std::vector<torch::Tensor> inputs = {
      testing::normal({4, 6}, generator), testing::normal({4, 6}, generator),
      testing::normal({6}, generator), testing::normal({6}, generator)};
  const torch::Tensor grad = testing::normal({4, 6}, generator);
  const auto loss = [&] {
    std::vector<torch::Tensor> floats;
    for (const torch::Tensor& input : inputs) floats.push_back(input.to(torch::kFloat32));
    const torch::Tensor y = residual_norm(
        {.x = floats[0], .branch = floats[1], .alpha = one.alpha, .dropout = {one.dropout, 7}},
        {.gain = floats[2], .bias = floats[3]});
    return (y.to(torch::kFloat64) * grad).sum().item<double>();
  };
  constexpr double kStep = 1e-2;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const torch::Tensor direction = testing::normal(inputs[i].sizes(), generator);
    inputs[i].add_(direction, kStep);
    const double above = loss();
    inputs[i].add_(direction, -2 * kStep);
    const double below = loss();
    inputs[i].add_(direction, kStep);
    const double expected = (results[i + 1] * direction).sum().item<double>();
    EXPECT_NEAR((above - below) / (2 * kStep), expected, 1e-2 * (1.0 + std::abs(expected))) << i;
  }
}

TEST(ResidualNorm, ThreadsDoNotChangeABit) {
  const Case one = {{2000, 40}, 1.2, 0.1};
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const auto alone = run(residual_norm, one, torch::kFloat32);
  at::set_num_threads(2);
  const auto two = run(residual_norm, one, torch::kFloat32);
  at::set_num_threads(threads);
  for (size_t i = 0; i < alone.size(); ++i) EXPECT_TRUE(torch::equal(alone[i], two[i])) << i;
}

TEST(ResidualNorm, DropsWhatTheSeedSays) {
  const torch::Tensor zeros = torch::zeros({50, 20}), ones = torch::ones({50, 20});
  const ResidualInputs inputs{.x = zeros, .branch = ones, .dropout = {0.4, 9}};
  const double kept = residual_sum(inputs).ne(0).to(torch::kFloat32).mean().item<double>();
  EXPECT_NEAR(kept, 0.6, 0.05);
  const LayerNormInputs norm{.gain = torch::ones({20}), .bias = torch::zeros({20})};
  EXPECT_TRUE(torch::allclose(residual_norm(inputs, norm),
                              at::layer_norm(residual_sum(inputs), {20}), 1e-5, 1e-5));
}

TEST(ResidualNorm, ASecondDerivativeIsRefusedNotWrong) {
  const torch::Tensor x = torch::randn({2, 8}).requires_grad_(true);
  const LayerNormInputs norm{.gain = torch::ones({8}), .bias = torch::zeros({8})};
  const torch::Tensor sum = residual_norm({.x = x, .branch = torch::randn({2, 8})}, norm).sum();
  EXPECT_THROW(torch::autograd::grad({sum}, {x}, {}, std::nullopt, /*create_graph=*/true),
               c10::Error);
}

TEST(ResidualNorm, NamesTheShapesThatDisagree) {
  const LayerNormInputs norm{.gain = torch::ones({8}), .bias = torch::zeros({8})};
  EXPECT_THROW(residual_norm({.x = torch::ones({2, 8}), .branch = torch::ones({3, 8})}, norm),
               c10::Error);
  EXPECT_THROW(residual_norm({.x = torch::ones({2, 6}), .branch = torch::ones({2, 6})}, norm),
               c10::Error);
}

}  // namespace
}  // namespace nmt::kernels

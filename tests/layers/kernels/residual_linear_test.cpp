// What lies between two sublayers, fused, against the plain form in float64: every combination of
// branch, norm, product and ReLU; shapes, α, dropout, threads.

#include "layers/kernels/residual_linear.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "tests/layers/double_precision.h"
#include "tests/layers/kernels/instruction_sets.h"

namespace nmt::kernels::residual_linear_test {
namespace {

struct Case {
  std::vector<int64_t> leading = {3, 5};
  int64_t size = 24;
  int64_t outputs = 7;  // 0: no product.
  bool branch = true;
  bool norm = true;
  bool relu = false;
  bool normed_stream = false;
  double alpha = 1.7;
  double dropout = 0.3;
};

std::ostream& operator<<(std::ostream& out, const Case& one) {
  return out << one.leading << " x " << one.size << " to " << one.outputs << ", branch "
             << one.branch << ", norm " << one.norm << ", relu " << one.relu << ", normed stream "
             << one.normed_stream << ", alpha " << one.alpha << ", dropout " << one.dropout;
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (int bits = 0; bits < 32; ++bits) {
    const bool product = bits & 4;
    if (!product && (bits & 24)) continue;
    Case one{.outputs = product ? 7 : 0,
             .branch = (bits & 1) != 0,
             .norm = (bits & 2) != 0,
             .relu = (bits & 8) != 0,
             .normed_stream = (bits & 16) != 0};
    all.push_back(one);
    one.alpha = 1.0;
    one.dropout = 0.0;
    all.push_back(one);
  }
  for (const int64_t size : {1, 3, 8, 16, 17, 64, 100, 512}) {
    all.push_back({.size = size, .outputs = 0});
    all.push_back({.size = 24, .outputs = size, .relu = true});
  }
  all.push_back({.leading = {1300}, .size = 24, .outputs = 33, .relu = true});
  all.push_back({.leading = {1300}, .size = 24, .outputs = 33, .normed_stream = true});
  return all;
}

using Form = ResidualLinearOutputs (*)(const ResidualLinearInputs&);

// The leaves of a case in the order x, branch, gain, norm bias, weight, bias.
ResidualLinearInputs inputs_of(const Case& one, const std::vector<torch::Tensor>& leaves) {
  const auto if_used = [&](bool used, size_t i) { return used ? leaves[i] : torch::Tensor(); };
  return {.residual = {.x = leaves[0],
                       .branch = if_used(one.branch, 1),
                       .alpha = one.alpha,
                       .dropout = {one.dropout, 7}},
          .norm = {.gain = if_used(one.norm, 2), .bias = if_used(one.norm, 3)},
          .linear = {.weight = if_used(one.outputs > 0, 4),
                     .bias = if_used(one.outputs > 0, 5),
                     .relu = one.relu,
                     .dropout = {one.dropout, 9}},
          .normed_stream = one.normed_stream};
}

std::vector<torch::Tensor> leaves_of(const Case& one, at::Generator& generator) {
  std::vector<int64_t> shape = one.leading;
  shape.push_back(one.size);
  const int64_t outputs = std::max<int64_t>(one.outputs, 1);
  return {testing::normal(shape, generator),
          testing::normal(shape, generator),
          testing::normal({one.size}, generator),
          testing::normal({one.size}, generator),
          testing::normal({outputs, one.size}, generator),
          testing::normal({outputs}, generator)};
}

// A random weighting of both outputs.
torch::Tensor weighted(const ResidualLinearOutputs& outputs) {
  at::Generator generator = testing::seeded(3);
  torch::Tensor sum;
  for (const torch::Tensor& one : {outputs.y, outputs.stream}) {
    if (!one.defined()) continue;
    const torch::Tensor weights = testing::normal(one.sizes(), generator).to(one.scalar_type());
    sum = sum.defined() ? sum + (one * weights).sum() : (one * weights).sum();
  }
  return sum;
}

// The outputs, and the gradient of every leaf; undefined ones are left undefined.
std::vector<torch::Tensor> run(Form form, const Case& one, torch::Dtype dtype) {
  at::Generator generator = testing::seeded(one.size);
  std::vector<torch::Tensor> leaves = leaves_of(one, generator);
  for (torch::Tensor& leaf : leaves) {
    leaf = leaf.to(torch::kFloat32).to(dtype).clone().requires_grad_(true);
  }
  const ResidualLinearOutputs outputs = form(inputs_of(one, leaves));
  weighted(outputs).backward();
  std::vector<torch::Tensor> results = {
      outputs.y.detach(), outputs.stream.defined() ? outputs.stream.detach() : torch::Tensor()};
  for (const torch::Tensor& leaf : leaves) results.push_back(leaf.grad());
  return results;
}

void expect_small_errors(const Case& one) {
  const char* names[] = {"y", "stream", "dx", "df", "dg", "db", "dW", "dc"};
  const auto truth = run(residual_linear_reference, one, torch::kFloat64);
  const auto plain = run(residual_linear_reference, one, torch::kFloat32);
  const auto fused = run(residual_linear, one, torch::kFloat32);
  for (size_t i = 0; i < truth.size(); ++i) {
    SCOPED_TRACE(::testing::Message() << names[i] << " of " << one);
    ASSERT_EQ(fused[i].defined(), truth[i].defined());
    if (!truth[i].defined()) continue;
    ASSERT_EQ(fused[i].sizes(), truth[i].sizes());
    const auto error = [&](const torch::Tensor& part) {
      return (part.to(torch::kFloat64) - truth[i]).abs().max().item<double>();
    };
    const double largest = truth[i].abs().max().item<double>();
    EXPECT_LE(error(fused[i]), 2.0 * error(plain[i]) + 0x1p-20 * (1.0 + largest));
  }
}

TEST(ResidualLinear, ErrsAtMostTwiceAsMuchAsThePlainForm) {
  testing::on_each_instruction_set([] {
    for (const Case& one : cases()) expect_small_errors(one);
  });
}

TEST(ResidualLinear, GradientsMeetFiniteDifferences) {
  for (const bool normed_stream : {false, true}) {
    const Case one{.leading = {4}, .size = 6, .outputs = 5, .normed_stream = normed_stream};
    const auto results = run(residual_linear, one, torch::kFloat32);
    at::Generator generator = testing::seeded(one.size);
    std::vector<torch::Tensor> leaves = leaves_of(one, generator);
    const auto loss = [&] {
      std::vector<torch::Tensor> floats;
      for (const torch::Tensor& leaf : leaves) floats.push_back(leaf.to(torch::kFloat32));
      return weighted(residual_linear(inputs_of(one, floats))).item<double>();
    };
    constexpr double kStep = 1e-2;
    for (size_t i = 0; i < leaves.size(); ++i) {
      const torch::Tensor direction = testing::normal(leaves[i].sizes(), generator);
      leaves[i].add_(direction, kStep);
      const double above = loss();
      leaves[i].add_(direction, -2 * kStep);
      const double below = loss();
      leaves[i].add_(direction, kStep);
      const double expected = (results[i + 2] * direction).sum().item<double>();
      EXPECT_NEAR((above - below) / (2 * kStep), expected, 1e-2 * (1.0 + std::abs(expected))) << i;
    }
  }
}

TEST(ResidualLinear, ThreadsDoNotChangeABit) {
  const Case one{.leading = {2000}, .size = 40, .outputs = 0};
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const auto alone = run(residual_linear, one, torch::kFloat32);
  at::set_num_threads(2);
  const auto two = run(residual_linear, one, torch::kFloat32);
  at::set_num_threads(threads);
  for (size_t i = 0; i < alone.size(); ++i) {
    if (!alone[i].defined()) continue;
    EXPECT_TRUE(torch::equal(alone[i], two[i])) << i;
  }
}

TEST(ResidualLinear, WhatIsNotUsedMayStayWithoutGradient) {
  const Case one{.alpha = 1.0, .dropout = 0.0};
  for (const bool stream : {false, true}) {
    at::Generator generator = testing::seeded(1);
    std::vector<torch::Tensor> fused = leaves_of(one, generator), plain;
    for (torch::Tensor& leaf : fused) {
      leaf = leaf.to(torch::kFloat32).requires_grad_(true);
      plain.push_back(leaf.detach().clone().requires_grad_(true));
    }
    const auto used = [&](const ResidualLinearOutputs& outputs) {
      return (stream ? outputs.stream : outputs.y).square().sum();
    };
    used(residual_linear(inputs_of(one, fused))).backward();
    used(residual_linear_reference(inputs_of(one, plain))).backward();
    for (size_t i = 0; i < fused.size(); ++i) {
      const torch::Tensor expected =
          plain[i].grad().defined() ? plain[i].grad() : torch::zeros_like(plain[i]);
      EXPECT_TRUE(torch::allclose(fused[i].grad(), expected, 1e-3, 1e-4)) << stream << " " << i;
    }
  }
}

TEST(ResidualLinear, DropsWhatTheSeedSays) {
  const torch::Tensor zeros = torch::zeros({50, 20}), ones = torch::ones({50, 20});
  const auto outputs =
      residual_linear({.residual = {.x = zeros, .branch = ones, .dropout = {0.4, 9}}});
  EXPECT_NEAR(outputs.y.ne(0).to(torch::kFloat32).mean().item<double>(), 0.6, 0.05);
  const auto plain =
      residual_linear_reference({.residual = {.x = zeros, .branch = ones, .dropout = {0.4, 9}}});
  EXPECT_TRUE(torch::equal(outputs.y, plain.y));
}

TEST(ResidualLinear, NotANumberIsNotHidden) {
  testing::on_each_instruction_set([] {
    torch::Tensor x = torch::ones({2, 4});
    x[1][2] = std::numeric_limits<float>::quiet_NaN();
    const torch::Tensor y =
        residual_linear(
            {.residual = {.x = x},
             .linear = {.weight = torch::ones({5, 4}), .bias = torch::zeros({5}), .relu = true}})
            .y;
    EXPECT_TRUE(y[0].eq(4).all().item<bool>());
    EXPECT_TRUE(y[1].isnan().all().item<bool>());
  });
}

TEST(ResidualLinear, ASecondDerivativeIsRefusedNotWrong) {
  const torch::Tensor x = torch::randn({2, 8}).requires_grad_(true);
  const torch::Tensor sum =
      residual_linear({.residual = {.x = x, .branch = torch::randn({2, 8})},
                       .norm = {.gain = torch::ones({8}), .bias = torch::zeros({8})}})
          .y.sum();
  EXPECT_THROW(torch::autograd::grad({sum}, {x}, {}, std::nullopt, /*create_graph=*/true),
               c10::Error);
}

TEST(ResidualLinear, NamesTheShapesThatDisagree) {
  const torch::Tensor x = torch::ones({2, 4});
  const NormInputs norm{.gain = torch::ones({8}), .bias = torch::zeros({8})};
  const auto refused = [](const ResidualLinearInputs& inputs) {
    EXPECT_THROW(residual_linear(inputs), c10::Error);
    EXPECT_THROW(residual_linear_reference(inputs), c10::Error);
  };
  refused({.residual = {.x = x, .branch = torch::ones({3, 4})}});
  refused({.residual = {.x = x}, .norm = norm});
  refused(
      {.residual = {.x = x}, .linear = {.weight = torch::ones({5, 3}), .bias = torch::ones({5})}});
  refused(
      {.residual = {.x = x}, .linear = {.weight = torch::ones({5, 4}), .bias = torch::ones({4})}});
}

}  // namespace
}  // namespace nmt::kernels::residual_linear_test

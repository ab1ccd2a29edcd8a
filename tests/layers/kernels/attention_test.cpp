// The fused attention against the reference in float64: every instruction set that the machine has,
// forced one after the other, storage types, shapes, masks, dropout. Its error may be twice that of
// the reference in the storage type.
//
// NMT_REQUIRE_BACKENDS, a list of instruction sets ("AVX2,AVX3"): one that is missing is a failure
// instead of a skipped case. Built a second time with NMT_SCALAR_KERNELS, the loops without
// vectors.

#include "layers/kernels/attention.h"

#include <ATen/Parallel.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "layers/kernels/split_heads.h"
#include "tests/layers/double_precision.h"
#include "tests/layers/kernels/attention_problem.h"
#include "tests/layers/kernels/instruction_sets.h"

namespace nmt::kernels::attention_test {
namespace {

class Attention : public ::testing::TestWithParam<std::tuple<testing::InstructionSet, bool>> {
 protected:
  void SetUp() override {
    const testing::InstructionSet& set = std::get<0>(GetParam());
    if (testing::has(set)) return;
    ASSERT_FALSE(testing::is_required(set)) << "this machine has no " << set.name;
    GTEST_SKIP() << "this machine has no " << set.name;
  }
  const testing::InstructionSet& set() const { return std::get<0>(GetParam()); }
  torch::Dtype dtype() const {
    return std::get<1>(GetParam()) ? torch::kBFloat16 : torch::kFloat32;
  }
};

TEST_P(Attention, ErrsAtMostTwiceAsMuchAsTheUnfusedForm) {
  const testing::ForcedInstructionSet forced(set());
  for (const testing::AttentionShape& shape : testing::attention_shapes()) {
    for (const double dropout : {0.0, 0.3}) {
      SCOPED_TRACE(::testing::Message() << shape << " dropout " << dropout);
      testing::expect_small_error(shape, dtype(), dropout);
    }
  }
}

TEST_P(Attention, StatisticsAreThoseOfTheReference) {
  const testing::ForcedInstructionSet forced(set());
  for (const testing::AttentionShape& shape : testing::attention_shapes()) {
    SCOPED_TRACE(::testing::Message() << shape);
    testing::expect_right_statistics(shape, dtype());
  }
}

TEST_P(Attention, ReadsPartsOfAFusedProductInPlace) {
  const testing::ForcedInstructionSet forced(set());
  at::Generator generator = testing::seeded(3);
  const torch::Tensor product = testing::normal({2, 21, 3 * 4 * 16}, generator).to(dtype());
  const AttentionMask mask(torch::tensor({21, 9}), torch::tensor({21, 9}), 21, 21, true);
  const auto run = [&](bool copies) {
    torch::Tensor leaf = product.clone().requires_grad_(true);
    std::vector<torch::Tensor> parts = split_heads(leaf, 3, 4);
    for (torch::Tensor& part : parts) part = copies ? part.contiguous() : part;
    const torch::Tensor out =
        attention({.q = parts[0], .k = parts[1], .v = parts[2], .mask = mask}).out;
    out.backward(torch::ones_like(out));
    return std::pair(out.detach(), leaf.grad());
  };
  const auto [out, gradient] = run(false);
  const auto [copied_out, copied_gradient] = run(true);
  EXPECT_TRUE(torch::equal(out, copied_out));
  EXPECT_TRUE(torch::equal(gradient, copied_gradient));
}

TEST_P(Attention, ThreadsDoNotChangeABit) {
  const testing::ForcedInstructionSet forced(set());
  const testing::AttentionProblem problem({{25, 17, 3}, {25, 17, 3}, 25, 25, 4, 32, true}, dtype(),
                                          0.2);
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const testing::AttentionResult one = problem.run(attention, dtype());
  at::set_num_threads(2);
  const testing::AttentionResult two = problem.run(attention, dtype());
  at::set_num_threads(threads);
  EXPECT_TRUE(torch::equal(one.out, two.out));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(torch::equal(one.gradients[i], two.gradients[i]));
}

TEST_P(Attention, NonFiniteLogitsAreNotHidden) {
  const testing::ForcedInstructionSet forced(set());
  const AttentionMask mask(torch::tensor({3}), torch::tensor({40}), 3, 40, false);
  at::Generator generator = testing::seeded(3);
  const torch::Tensor q = testing::normal({1, 3, 1, 8}, generator).to(dtype());
  torch::Tensor k = testing::normal({1, 40, 1, 8}, generator).to(dtype());
  k[0][5][0][2] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(attention({.q = q, .k = k, .v = k.nan_to_num(), .mask = mask})
                  .out.isnan()
                  .all()
                  .item<bool>());
}

TEST_P(Attention, GradientsMeetFiniteDifferences) {
  if (dtype() != torch::kFloat32) return;  // bfloat16 is too coarse for differences.
  const testing::ForcedInstructionSet forced(set());
  const AttentionMask mask(torch::tensor({6, 4}), torch::tensor({9, 5}), 6, 9, false);
  at::Generator generator = testing::seeded(3);
  std::vector<torch::Tensor> inputs;
  for (const int64_t length : {6, 9, 9}) {
    inputs.push_back(testing::normal({2, length, 2, 8}, generator).to(torch::kFloat32));
  }
  const torch::Tensor weights = testing::normal({2, 6, 2, 8}, generator).to(torch::kFloat32);
  weights[1].narrow(0, 4, 2).zero_();
  const auto loss = [&] {
    return (attention({.q = inputs[0], .k = inputs[1], .v = inputs[2], .mask = mask}).out * weights)
        .to(torch::kFloat64)
        .sum();
  };
  for (torch::Tensor& input : inputs) input.requires_grad_(true);
  loss().backward();
  torch::NoGradGuard no_grad;
  for (torch::Tensor& input : inputs) {
    const torch::Tensor direction = testing::normal(input.sizes(), generator).to(torch::kFloat32);
    constexpr double kStep = 1e-2;
    input.add_(direction, kStep);
    const double above = loss().item<double>();
    input.add_(direction, -2 * kStep);
    const double below = loss().item<double>();
    input.add_(direction, kStep);
    const double expected = (input.grad() * direction).to(torch::kFloat64).sum().item<double>();
    EXPECT_NEAR((above - below) / (2 * kStep), expected, 2e-3 * (1.0 + std::abs(expected)));
  }
}

INSTANTIATE_TEST_SUITE_P(InstructionSets, Attention,
                         ::testing::Combine(::testing::ValuesIn(testing::instruction_sets()),
                                            ::testing::Bool()),
                         [](const auto& info) {
                           return std::get<0>(info.param).name +
                                  (std::get<1>(info.param) ? "_bfloat16" : "_float32");
                         });

}  // namespace
}  // namespace nmt::kernels::attention_test

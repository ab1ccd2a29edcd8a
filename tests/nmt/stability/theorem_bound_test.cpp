// The entropy bound: the reference table, the row that attains it, and random heads above it.

#include "nmt/stability/theorem_bound.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <array>
#include <cmath>

namespace nmt::stability::theorem_bound_test {
namespace {

at::Generator seeded(uint64_t seed) {
  return at::make_generator<at::CPUGeneratorImpl>(seed);
}

double softmax_entropy(const torch::Tensor& logits) {
  const torch::Tensor log_p = torch::log_softmax(logits.to(torch::kFloat64), 0);
  return -(log_p.exp() * log_p).sum().item<double>();
}

TEST(EntropyLowerBound, MeetsTheReferenceTable) {
  constexpr std::array<double, 6> norms = {0, 1, 2, 4, 6, 8};
  struct Row {
    int64_t keys;
    std::array<double, 6> bounds;
  };
  for (const Row& row : {Row{10, {2.3026, 2.2191, 1.8396, 0.6189, 0.1164, 0.0184}},
                         Row{32, {3.4657, 3.4362, 3.2527, 1.8392, 0.4653, 0.0828}},
                         Row{64, {4.1589, 4.1437, 4.0411, 2.8785, 0.9227, 0.1765}}}) {
    for (size_t i = 0; i < norms.size(); ++i) {
      EXPECT_NEAR(entropy_lower_bound(norms[i], row.keys), row.bounds[i], 6e-5)
          << "T = " << row.keys << ", s = " << norms[i];
    }
  }
}

TEST(EntropyLowerBound, IsAttainedByOneHighLogit) {
  for (const int64_t n : {2, 3, 10, 32, 200}) {
    for (const double s : {0.1, 1.0, 4.0, 9.0}) {
      torch::Tensor logits =
          torch::full({n}, -s / std::sqrt(static_cast<double>(n * (n - 1))), torch::kFloat64);
      logits[0] = s * std::sqrt((n - 1.0) / static_cast<double>(n));
      ASSERT_NEAR(logits.norm().item<double>(), s, 1e-12);
      EXPECT_NEAR(entropy_lower_bound(s, n), softmax_entropy(logits), 1e-12);
    }
  }
}

TEST(EntropyLowerBound, NoRowOfThatNormLiesUnderIt) {
  at::Generator generator = seeded(1);
  for (int trial = 0; trial < 2000; ++trial) {
    const int64_t n = 2 + trial % 12;
    const torch::Tensor logits =
        torch::randn({n}, generator, torch::kFloat64).pow(1 + 2 * (trial % 3)) * (0.5 + trial % 5);
    EXPECT_GE(softmax_entropy(logits),
              entropy_lower_bound(logits.norm().item<double>(), n) - 1e-12);
  }
}

TEST(EntropyLowerBound, EdgesAreExact) {
  EXPECT_EQ(entropy_lower_bound(3.0, 1), 0.0);
  EXPECT_DOUBLE_EQ(entropy_lower_bound(0.0, 7), std::log(7.0));
  EXPECT_EQ(entropy_lower_bound(1e6, 7), 0.0);
  EXPECT_THROW(entropy_lower_bound(-1.0, 7), c10::Error);
  EXPECT_THROW(entropy_lower_bound(1.0, 0), c10::Error);
}

HeadInputs random_head(int64_t T, int64_t S, double scale, at::Generator& generator) {
  constexpr int64_t D = 12, K = 4;
  const auto normal = [&](c10::IntArrayRef shape) {
    return torch::randn(shape, generator, torch::kFloat64);
  };
  return {.query_input = normal({T, D}),
          .key_input = normal({S, D}),
          .query_weight = normal({K, D}) * scale,
          .query_bias = normal({K}) * scale,
          .key_weight = normal({K, D}) * scale,
          .key_bias = normal({K}) * scale};
}

// Scaled logits of every query and key, straight from the definition.
torch::Tensor logits_of(const HeadInputs& head) {
  const torch::Tensor queries = head.query_input.matmul(head.query_weight.t()) + head.query_bias;
  const torch::Tensor keys = head.key_input.matmul(head.key_weight.t()) + head.key_bias;
  return queries.matmul(keys.t()) / (head.temperature * std::sqrt(4.0));
}

void expect_above_bound(const HeadInputs& head) {
  const torch::Tensor logits = logits_of(head);
  const torch::Tensor norms = logit_norm_bound(head);
  const torch::Tensor bounds = attention_entropy_bound(head);
  for (int64_t t = 0; t < logits.size(0); ++t) {
    const int64_t visible = head.causal ? t + 1 : logits.size(1);
    const torch::Tensor row = logits[t].slice(0, 0, visible);
    EXPECT_LE(row.norm().item<double>(), norms[t].item<double>() * (1 + 1e-12));
    EXPECT_GE(softmax_entropy(row), bounds[t].item<double>() - 1e-12);
  }
}

TEST(AttentionEntropyBound, NoHeadLiesUnderIt) {
  at::Generator generator = seeded(2);
  for (const double scale : {0.03, 0.1, 0.3, 1.0}) {
    for (const double temperature : {0.5, 1.0, 4.0}) {
      HeadInputs cross = random_head(5, 9, scale, generator);
      cross.temperature = temperature;
      expect_above_bound(cross);
      HeadInputs causal = random_head(8, 8, scale, generator);
      causal.temperature = temperature;
      causal.causal = true;
      expect_above_bound(causal);
    }
  }
}

TEST(AttentionEntropyBound, SaysSomethingForSmallLogits) {
  at::Generator generator = seeded(3);
  const torch::Tensor bounds = attention_entropy_bound(random_head(5, 9, 0.03, generator));
  EXPECT_GT(bounds.min().item<double>(), 1.0);
}

TEST(LogitNormBound, EqualsTheExplicitProductOfNorms) {
  at::Generator generator = seeded(4);
  HeadInputs head = random_head(3, 6, 0.4, generator);
  head.temperature = 2.0;
  const auto augmented = [](const torch::Tensor& matrix, const torch::Tensor& column) {
    return torch::cat({matrix, column.view({-1, 1})}, 1);
  };
  const torch::Tensor A = augmented(head.query_weight, head.query_bias)
                              .t()
                              .matmul(augmented(head.key_weight, head.key_bias));
  const torch::Tensor X = augmented(head.key_input, torch::ones({6}, torch::kFloat64));
  const double norm_of_A = torch::linalg_svdvals(A)[0].item<double>();
  const double norm_of_X = torch::linalg_svdvals(X)[0].item<double>();
  const torch::Tensor s = logit_norm_bound(head);
  for (int64_t t = 0; t < 3; ++t) {
    const double norm_of_x = std::sqrt(head.query_input[t].square().sum().item<double>() + 1.0);
    EXPECT_NEAR(s[t].item<double>(), norm_of_A * norm_of_X * norm_of_x / (2.0 * std::sqrt(4.0)),
                1e-9);
  }
}

TEST(LogitNormBound, IsAttainedByRankOneInputs) {
  // One direction everywhere and no biases: the norms multiply without loss, up to the constant 1
  // of the augmented inputs, which large inputs make negligible.
  const torch::Tensor direction = torch::tensor({{0.6, 0.8}}, torch::kFloat64);
  HeadInputs head{.query_input = 1e6 * direction,
                  .key_input = 1e6 * direction.repeat({5, 1}),
                  .query_weight = 1e-6 * direction,
                  .query_bias = torch::zeros({1}, torch::kFloat64),
                  .key_weight = 1e-6 * direction,
                  .key_bias = torch::zeros({1}, torch::kFloat64)};
  EXPECT_NEAR(logit_norm_bound(head)[0].item<double>(), std::sqrt(5.0), 1e-9);
}

TEST(LogitNormBound, CausalQueriesNeedTheirKeys) {
  at::Generator generator = seeded(5);
  HeadInputs head = random_head(5, 4, 0.1, generator);
  head.causal = true;
  EXPECT_THROW(logit_norm_bound(head), c10::Error);
}

}  // namespace
}  // namespace nmt::stability::theorem_bound_test

// The reference attention against plain loops: output, entropy, largest logit, gradients, masks.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "layers/kernels/attention.h"
#include "tests/layers/double_precision.h"

namespace nmt::kernels::attention_reference_test {
namespace {

struct Case {
  std::vector<int64_t> query_lengths;
  std::vector<int64_t> key_lengths;
  int64_t queries;
  int64_t keys;
  bool causal;
};

AttentionMask mask_of(const Case& c) {
  return {torch::tensor(c.query_lengths), torch::tensor(c.key_lengths), c.queries, c.keys,
          c.causal};
}

const std::vector<Case> kCases = {
    {{3, 3}, {5, 5}, 3, 5, false},
    {{3, 1, 2}, {5, 2, 1}, 3, 5, false},
    {{4, 4}, {4, 4}, 4, 4, true},
    {{4, 2, 1}, {4, 2, 1}, 4, 4, true},
    {{1}, {1}, 1, 1, false},
    {{2, 3, 3}, {0, 4, 0}, 3, 4, false},
    {{40, 17}, {70, 33}, 40, 70, false},
};

class AttentionReference : public ::testing::Test {
 protected:
  static constexpr int64_t kHeads = 2, kSize = 3;

  torch::Tensor random(int64_t batch, int64_t length) {
    return 2.0 * testing::normal({batch, length, kHeads, kSize}, generator_);
  }

  void expect_naive(const Case& c, const torch::Tensor& q, const torch::Tensor& k,
                    const torch::Tensor& v, double scale, const AttentionOutputs& actual,
                    double tolerance) {
    for (int64_t b = 0; b < std::ssize(c.key_lengths); ++b) {
      for (int64_t h = 0; h < kHeads; ++h) {
        const auto rows = [&](const torch::Tensor& x, int64_t length) {
          return testing::rows_of(x[b].select(1, h).narrow(0, 0, length));
        };
        const int64_t T = c.query_lengths[b], S = c.key_lengths[b];
        const naive::Attended expected =
            naive::attention(rows(q, T), rows(k, S), rows(v, S), scale, c.causal);
        testing::expect_rows(actual.out[b].select(1, h), expected.out, tolerance);
        const naive::Row entropy = testing::rows_of(actual.entropy[b][h])[0];
        const naive::Row max_logit = testing::rows_of(actual.max_logit[b][h])[0];
        for (int64_t t = 0; t < T; ++t) {
          EXPECT_NEAR(entropy[t], expected.entropy[t], tolerance);
          if (S == 0) {
            EXPECT_EQ(max_logit[t], -std::numeric_limits<double>::infinity());
          } else {
            EXPECT_NEAR(max_logit[t], expected.max_logit[t], tolerance);
          }
        }
        for (int64_t t = T; t < c.queries; ++t) EXPECT_EQ(entropy[t], 0.0);
      }
    }
  }

  testing::DoublePrecision double_precision_;
  at::Generator generator_ = testing::seeded(1);
};

TEST_F(AttentionReference, MeetsPlainLoops) {
  for (const Case& c : kCases) {
    const AttentionMask mask = mask_of(c);
    const torch::Tensor q = random(mask.batch(), c.queries);
    const torch::Tensor k = random(mask.batch(), c.keys);
    const torch::Tensor v = random(mask.batch(), c.keys);
    expect_naive(c, q, k, v, 1.0 / std::sqrt(3.0),
                 attention_reference({.q = q, .k = k, .v = v, .mask = mask, .statistics = true}),
                 1e-12);
    expect_naive(c, q, k, v, 0.37,
                 attention_reference(
                     {.q = q, .k = k, .v = v, .mask = mask, .scale = 0.37, .statistics = true}),
                 1e-12);
  }
}

TEST_F(AttentionReference, MeetsPlainLoopsInSinglePrecision) {
  for (const Case& c : kCases) {
    const AttentionMask mask = mask_of(c);
    const torch::Tensor q = random(mask.batch(), c.queries).to(torch::kFloat32);
    const torch::Tensor k = random(mask.batch(), c.keys).to(torch::kFloat32);
    const torch::Tensor v = random(mask.batch(), c.keys).to(torch::kFloat32);
    const AttentionOutputs outputs =
        attention_reference({.q = q, .k = k, .v = v, .mask = mask, .statistics = true});
    EXPECT_EQ(outputs.out.scalar_type(), torch::kFloat32);
    expect_naive(c, q, k, v, 1.0 / std::sqrt(3.0), outputs, 2e-5);
  }
}

TEST_F(AttentionReference, TakesSlicesOfAFusedProduct) {
  const Case c{{4, 2}, {4, 2}, 4, 4, true};
  const AttentionMask mask = mask_of(c);
  const torch::Tensor fused = testing::normal({2, 4, 3, kHeads, kSize}, generator_);
  const auto part = [&](int64_t i) { return fused.select(2, i); };
  expect_naive(c, part(0), part(1), part(2), 1.0 / std::sqrt(3.0),
               attention_reference(
                   {.q = part(0), .k = part(1), .v = part(2), .mask = mask, .statistics = true}),
               1e-12);
}

TEST_F(AttentionReference, GradientsMeetFiniteDifferences) {
  for (const Case& c : {kCases[1], kCases[3], kCases[5]}) {
    const AttentionMask mask = mask_of(c);
    const torch::Tensor q = random(mask.batch(), c.queries).requires_grad_(true);
    const torch::Tensor k = random(mask.batch(), c.keys).requires_grad_(true);
    const torch::Tensor v = random(mask.batch(), c.keys).requires_grad_(true);
    const torch::Tensor weights = random(mask.batch(), c.queries);
    const auto loss = [&] {
      return (attention_reference({.q = q, .k = k, .v = v, .mask = mask}).out * weights).sum();
    };
    loss().backward();
    for (const torch::Tensor& variable : {q, k, v}) {
      EXPECT_TRUE(variable.grad().isfinite().all().item<bool>());
      testing::expect_gradient(
          "qkv", variable, variable.grad(), [&] { return loss().item<double>(); }, generator_);
    }
  }
}

TEST_F(AttentionReference, EqualKeysGiveTheLogarithmOfTheirNumber) {
  const Case c{{7}, {7}, 7, 7, true};
  const AttentionMask mask = mask_of(c);
  const torch::Tensor k = random(1, 1).expand({1, 7, kHeads, kSize});
  const AttentionOutputs outputs =
      attention_reference({.q = random(1, 7), .k = k, .v = k, .mask = mask, .statistics = true});
  for (int64_t t = 0; t < 7; ++t) {
    EXPECT_NEAR(outputs.entropy[0][1][t].item<double>(), std::log(t + 1.0), 1e-12);
  }
}

TEST_F(AttentionReference, EntropyOfHugeLogitsIsZeroAndFinite) {
  const AttentionMask mask = mask_of({{3}, {3}, 3, 3, false});
  const AttentionOutputs outputs = attention_reference({.q = 1e3 * random(1, 3),
                                                        .k = 1e3 * random(1, 3),
                                                        .v = random(1, 3),
                                                        .mask = mask,
                                                        .statistics = true});
  EXPECT_TRUE(outputs.out.isfinite().all().item<bool>());
  EXPECT_LT(outputs.entropy.max().item<double>(), 1e-9);
  EXPECT_GE(outputs.entropy.min().item<double>(), 0.0);
}

TEST_F(AttentionReference, RowsWithoutKeysAreZero) {
  const AttentionMask mask = mask_of({{2, 2}, {0, 3}, 2, 3, false});
  const AttentionOutputs outputs = attention_reference(
      {.q = random(2, 2), .k = random(2, 3), .v = random(2, 3), .mask = mask, .statistics = true});
  EXPECT_EQ(outputs.out[0].abs().sum().item<double>(), 0.0);
  EXPECT_EQ(outputs.entropy[0].abs().sum().item<double>(), 0.0);
  EXPECT_TRUE(outputs.out.isfinite().all().item<bool>());
}

TEST_F(AttentionReference, DropoutRepeatsItsSeedAndLeavesEntropyAlone) {
  const AttentionMask mask = mask_of({{6, 6}, {6, 6}, 6, 6, false});
  const torch::Tensor q = random(2, 6), k = random(2, 6), v = random(2, 6);
  const auto attend = [&](double probability, uint64_t seed) {
    return attention_reference(
        {.q = q, .k = k, .v = v, .mask = mask, .dropout = {probability, seed}, .statistics = true});
  };
  const AttentionOutputs plain = attend(0.0, 5);
  const AttentionOutputs dropped = attend(0.4, 5);
  EXPECT_TRUE(torch::equal(attend(0.4, 5).out, dropped.out));
  EXPECT_FALSE(torch::equal(attend(0.4, 6).out, dropped.out));
  EXPECT_FALSE(torch::equal(plain.out, dropped.out));
  EXPECT_TRUE(torch::equal(plain.entropy, dropped.entropy));
  EXPECT_TRUE(torch::equal(plain.max_logit, dropped.max_logit));
}

TEST_F(AttentionReference, StatisticsAreComputedOnlyOnDemand) {
  const AttentionMask mask = mask_of({{2}, {2}, 2, 2, false});
  EXPECT_FALSE(
      attention_reference({.q = random(1, 2), .k = random(1, 2), .v = random(1, 2), .mask = mask})
          .entropy.defined());
}

TEST_F(AttentionReference, NamesTheArgumentThatDoesNotFit) {
  const AttentionMask mask = mask_of({{2}, {3}, 2, 3, false});
  const auto message = [&](const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v) {
    try {
      attention_reference({.q = q, .k = k, .v = v, .mask = mask});
    } catch (const c10::Error& error) {
      return error.msg();
    }
    return std::string();
  };
  using ::testing::HasSubstr;
  EXPECT_EQ(message(random(1, 2), random(1, 3), random(1, 3)), "");
  EXPECT_THAT(message(random(1, 2), random(1, 3), random(1, 2)),
              HasSubstr("k and v must have one"));
  EXPECT_THAT(message(random(2, 2), random(1, 3), random(1, 3)), HasSubstr("q and k must agree"));
  EXPECT_THAT(message(random(1, 3), random(1, 3), random(1, 3)), HasSubstr("the mask is for"));
  EXPECT_THAT(message(random(1, 2)[0], random(1, 3), random(1, 3)), HasSubstr("must be [B, T, H"));
}

TEST_F(AttentionReference, MaskCountsVisibleKeys) {
  const AttentionMask causal = mask_of({{4, 2}, {4, 2}, 4, 4, true});
  EXPECT_TRUE(torch::equal(causal.visible_keys(),
                           torch::tensor({{1, 2, 3, 4}, {1, 2, 2, 2}}, torch::kInt64)));
  EXPECT_EQ(causal.visible_keys(1, 3), 2);
  EXPECT_EQ(causal.query_length(1), 2);
  const AttentionMask cross = mask_of({{2, 2}, {3, 0}, 2, 3, false});
  EXPECT_TRUE(torch::equal(cross.visible_keys(), torch::tensor({{3, 3}, {0, 0}}, torch::kInt64)));
  EXPECT_TRUE(cross.has_empty_rows());
  EXPECT_FALSE(mask_of({{2}, {3}, 2, 3, false}).bias(2).defined());
  EXPECT_THROW(mask_of({{2}, {3}, 2, 3, true}), c10::Error);
  EXPECT_THROW(mask_of({{2}, {3, 3}, 2, 3, false}), c10::Error);
}

}  // namespace
}  // namespace nmt::kernels::attention_reference_test

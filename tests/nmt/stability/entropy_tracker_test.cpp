// EntropyTracker against plain float64 loops over the same tensors.

#include "nmt/stability/entropy_tracker.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include "data/text/error.h"

namespace nmt::stability::entropy_tracker_test {
namespace {

using layers::AttentionKind;
using layers::AttentionRows;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

AttentionRows random_rows(AttentionKind kind, int64_t layer, int64_t B, int64_t H, int64_t T,
                          at::Generator& generator) {
  AttentionRows rows;
  rows.kind = kind;
  rows.layer = layer;
  rows.entropy = torch::rand({B, H, T}, generator, torch::kFloat32);
  rows.max_logit = torch::randn({B, H, T}, generator, torch::kFloat32);
  rows.visible_keys = torch::randint(1, 9, {B, T}, generator, torch::kInt64);
  rows.query_lengths = torch::randint(0, T + 1, {B}, generator, torch::kInt64);
  return rows;
}

at::Generator seeded(uint64_t seed) {
  return at::make_generator<at::CPUGeneratorImpl>(seed);
}

// One head by the definition, one row after the other, element by element.
struct NaiveHead {
  double entropy = 0.0, relative = 0.0;
  double low = std::numeric_limits<double>::infinity(), high = -low;
  int64_t rows = 0;
};

NaiveHead naive_head(const std::vector<AttentionRows>& passes, int64_t h) {
  NaiveHead head;
  for (const AttentionRows& pass : passes) {
    const int64_t B = pass.entropy.size(0), T = pass.entropy.size(2);
    const torch::Tensor keys = pass.visible_keys.expand({B, T});
    for (int64_t b = 0; b < B; ++b) {
      for (int64_t t = 0; t < pass.query_lengths[b].item<int64_t>(); ++t) {
        const int64_t n = keys[b][t].item<int64_t>();
        if (n < 2) continue;
        const double H = pass.entropy[b][h][t].item<float>();
        head.entropy += H;
        head.relative += H / std::log(static_cast<double>(n));
        head.low = std::min(head.low, H);
        head.high = std::max<double>(head.high, pass.max_logit[b][h][t].item<float>());
        ++head.rows;
      }
    }
  }
  return head;
}

double four_digits(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return std::strtod(text, nullptr);
}

void expect_mean(double actual, double expected) {
  EXPECT_NEAR(actual, expected, 5.01e-4 * std::abs(expected));
  EXPECT_EQ(actual, four_digits(actual));
}

void expect_head(const run_log::AttentionRecord& record, size_t h, const NaiveHead& expected) {
  const double rows = static_cast<double>(expected.rows);
  expect_mean(record.entropy[h], expected.entropy / rows);
  expect_mean(record.relative_entropy[h], expected.relative / rows);
  EXPECT_EQ(record.min_entropy[h], four_digits(expected.low));
  EXPECT_EQ(record.max_logit[h], four_digits(expected.high));
}

TEST(EntropyTracker, EqualsPlainLoopsOverSeveralUpdatesAndMicroBatches) {
  at::Generator generator = seeded(1);
  EntropyTracker tracker;
  std::vector<AttentionRows> passes;
  for (int update = 0; update < 4; ++update) {
    for (int micro_batch = 0; micro_batch < 2; ++micro_batch) {
      passes.push_back(
          random_rows(AttentionKind::kCross, 2, 3 + update, 4, 5 + micro_batch, generator));
      tracker.observe_rows(passes.back());
    }
    tracker.finish_update();
  }
  const std::vector<run_log::AttentionRecord> records = tracker.take();
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].kind, AttentionKind::kCross);
  EXPECT_EQ(records[0].layer, 2);
  ASSERT_EQ(records[0].entropy.size(), 4u);
  for (size_t h = 0; h < 4; ++h) expect_head(records[0], h, naive_head(passes, h));
  EXPECT_TRUE(tracker.take().empty());
}

TEST(EntropyTracker, AcceptsBroadcastKeyCountsAndStridedTensors) {
  at::Generator generator = seeded(2);
  AttentionRows causal = random_rows(AttentionKind::kDecoderSelf, 1, 3, 2, 6, generator);
  causal.visible_keys = torch::arange(1, 7).unsqueeze(0);
  causal.entropy = torch::rand({3, 6, 2}, generator, torch::kFloat32).transpose(1, 2);
  AttentionRows whole = random_rows(AttentionKind::kDecoderSelf, 1, 3, 2, 6, generator);
  whole.visible_keys = torch::tensor({{4}, {1}, {7}}, torch::kInt64);
  for (const AttentionRows& rows : {causal, whole}) {
    EntropyTracker tracker;
    tracker.observe_rows(rows);
    tracker.finish_update();
    const run_log::AttentionRecord record = tracker.take().at(0);
    for (size_t h = 0; h < 2; ++h) expect_head(record, h, naive_head({rows}, h));
  }
}

TEST(EntropyTracker, SkipsPaddingAndRowsOfOneKey) {
  AttentionRows rows{.kind = AttentionKind::kDecoderSelf,
                     .layer = 1,
                     .entropy = torch::tensor({0.0f, 0.5f, 0.25f, 99.0f}).view({1, 1, 4}),
                     .max_logit = torch::tensor({50.0f, 1.0f, 2.0f, 99.0f}).view({1, 1, 4}),
                     .visible_keys = torch::arange(1, 5).unsqueeze(0),
                     .query_lengths = torch::tensor({3}, torch::kInt64)};
  EntropyTracker tracker;
  tracker.observe_rows(rows);
  tracker.finish_update();
  const run_log::AttentionRecord record = tracker.take().at(0);
  EXPECT_DOUBLE_EQ(record.entropy[0], 0.375);
  expect_mean(record.relative_entropy[0], (0.5 / std::log(2.0) + 0.25 / std::log(3.0)) / 2.0);
  EXPECT_EQ(record.min_entropy[0], 0.25);
  EXPECT_EQ(record.max_logit[0], 2.0);
}

TEST(EntropyTracker, UniformAttentionHasRelativeEntropyOne) {
  AttentionRows rows{.kind = AttentionKind::kEncoderSelf,
                     .layer = 1,
                     .entropy = torch::full({2, 1, 7}, std::log(7.0f)),
                     .max_logit = torch::zeros({2, 1, 7}),
                     .visible_keys = torch::tensor({{7}}, torch::kInt64),
                     .query_lengths = torch::tensor({7, 7}, torch::kInt64)};
  EntropyTracker tracker;
  tracker.observe_rows(rows);
  EXPECT_NEAR(tracker.finish_update().at(0).relative_entropy, 1.0, 1e-7);
}

TEST(EntropyTracker, OrdersByKindThenLayer) {
  at::Generator generator = seeded(3);
  EntropyTracker tracker;
  for (const auto& [kind, layer] :
       std::vector<std::pair<AttentionKind, int64_t>>{{AttentionKind::kCross, 2},
                                                      {AttentionKind::kCross, 1},
                                                      {AttentionKind::kEncoderSelf, 12},
                                                      {AttentionKind::kDecoderSelf, 1},
                                                      {AttentionKind::kEncoderSelf, 2}}) {
    AttentionRows rows = random_rows(kind, layer, 2, 2, 3, generator);
    rows.query_lengths.fill_(3);
    rows.visible_keys.fill_(5);
    tracker.observe_rows(rows);
  }
  std::vector<std::string> order;
  for (const run_log::LayerEntropy& entropy : tracker.finish_update()) {
    order.push_back(std::string(layers::name(entropy.kind)) + std::to_string(entropy.layer));
  }
  const std::vector<std::string> expected = {"encoder_self2", "encoder_self12", "decoder_self1",
                                             "cross1", "cross2"};
  EXPECT_EQ(order, expected);
  std::vector<std::string> records;
  for (const run_log::AttentionRecord& record : tracker.take()) {
    records.push_back(std::string(layers::name(record.kind)) + std::to_string(record.layer));
  }
  EXPECT_EQ(records, expected);
}

TEST(EntropyTracker, SummaryOfAnUpdateIsTheMeanOverHeadsOfThatUpdateAlone) {
  at::Generator generator = seeded(4);
  EntropyTracker tracker;
  tracker.observe_rows(random_rows(AttentionKind::kCross, 1, 4, 3, 5, generator));
  tracker.finish_update();
  const AttentionRows rows = random_rows(AttentionKind::kCross, 1, 4, 3, 5, generator);
  tracker.observe_rows(rows);
  const run_log::LayerEntropy summary = tracker.finish_update().at(0);
  double relative = 0.0, low = 1e9;
  for (int64_t h = 0; h < 3; ++h) {
    const NaiveHead head = naive_head({rows}, h);
    relative += head.relative / static_cast<double>(head.rows) / 3.0;
    low = std::min(low, head.low);
  }
  EXPECT_NEAR(summary.relative_entropy, relative, 1e-12);
  EXPECT_EQ(summary.min_entropy, low);
}

TEST(EntropyTracker, KeepsTheRelativeEntropyOfEveryUpdateOfTheRecord) {
  at::Generator generator = seeded(14);
  EntropyTracker tracker;
  std::vector<double> expected;
  for (int update = 0; update < 3; ++update) {
    tracker.observe_rows(random_rows(AttentionKind::kCross, 1, 4, 3, 5, generator));
    expected.push_back(tracker.finish_update().at(0).relative_entropy);
  }
  const std::vector<double> found = tracker.take().at(0).relative_entropy_by_update;
  ASSERT_EQ(found.size(), 3u);
  for (size_t i = 0; i < 3; ++i) EXPECT_NEAR(found[i], expected[i], 1e-6);
}

TEST(EntropyTracker, NamesTheLowestHead) {
  at::Generator generator = seeded(15);
  AttentionRows rows = random_rows(AttentionKind::kCross, 1, 2, 3, 4, generator);
  rows.visible_keys.fill_(5);
  rows.query_lengths.fill_(4);
  rows.entropy.fill_(0.8);
  rows.entropy.select(1, 1).fill_(0.25);
  EntropyTracker tracker;
  tracker.observe_rows(rows);
  const run_log::LayerEntropy summary = tracker.finish_update().at(0);
  EXPECT_EQ(summary.lowest_head, 2);
  EXPECT_NEAR(summary.lowest_head_entropy, 0.25 / std::log(5.0), 1e-7);
}

TEST(EntropyTracker, QuantilesAreThoseOfTheSortedRowsWithinHalfABin) {
  at::Generator generator = seeded(16);
  AttentionRows rows = random_rows(AttentionKind::kCross, 1, 40, 1, 25, generator);
  rows.visible_keys.fill_(3);
  rows.query_lengths.fill_(25);
  EntropyTracker tracker;
  tracker.observe_rows(rows);
  tracker.finish_update();
  const run_log::EntropyQuantiles found = tracker.take().at(0).relative_quantiles.at(0);
  const torch::Tensor sorted =
      std::get<0>(rows.entropy.flatten().to(torch::kFloat64).div(std::log(3.0)).sort());
  for (size_t i = 0; i < found.size(); ++i) {
    const int64_t rank =
        static_cast<int64_t>(std::ceil(run_log::kEntropyQuantiles[i] * 1000.0)) - 1;
    EXPECT_NEAR(found[i], sorted[rank].item<double>(), 1.0 / 256.0 + 1e-9) << i;
  }
}

TEST(EntropyTracker, ASkippedUpdateLeavesNoTraceButItsPlaceInTheList) {
  at::Generator generator = seeded(5);
  const AttentionRows kept = random_rows(AttentionKind::kCross, 1, 4, 2, 5, generator);
  AttentionRows bad = random_rows(AttentionKind::kCross, 1, 4, 2, 5, generator);
  bad.entropy.fill_(std::numeric_limits<float>::quiet_NaN());
  EntropyTracker with, without;
  with.observe_rows(kept);
  with.finish_update();
  with.observe_rows(bad);
  with.skip_update();
  without.observe_rows(kept);
  without.finish_update();
  run_log::AttentionRecord record = with.take().at(0);
  ASSERT_EQ(record.relative_entropy_by_update.size(), 2u);
  EXPECT_TRUE(std::isnan(record.relative_entropy_by_update[1]));
  record.relative_entropy_by_update.pop_back();
  EXPECT_EQ(record, without.take().at(0));
}

TEST(EntropyTracker, ANanRowShowsInTheMeanOfItsHead) {
  at::Generator generator = seeded(6);
  AttentionRows rows = random_rows(AttentionKind::kCross, 1, 1, 2, 4, generator);
  rows.visible_keys.fill_(3);
  rows.query_lengths.fill_(4);
  rows.entropy[0][0][2] = kNan;
  EntropyTracker tracker;
  tracker.observe_rows(rows);
  EXPECT_TRUE(std::isnan(tracker.finish_update().at(0).relative_entropy));
  const run_log::AttentionRecord record = tracker.take().at(0);
  EXPECT_TRUE(std::isnan(record.entropy[0]));
  EXPECT_FALSE(std::isnan(record.min_entropy[0]));
  EXPECT_FALSE(std::isnan(record.entropy[1]));
}

TEST(EntropyTracker, AHeadWithoutCountableRowsIsNan) {
  AttentionRows rows{.kind = AttentionKind::kCross,
                     .layer = 1,
                     .entropy = torch::zeros({1, 2, 3}),
                     .max_logit = torch::zeros({1, 2, 3}),
                     .visible_keys = torch::ones({1, 1}, torch::kInt64),
                     .query_lengths = torch::tensor({3}, torch::kInt64)};
  EntropyTracker tracker;
  tracker.observe_rows(rows);
  EXPECT_TRUE(tracker.finish_update().empty());
  const run_log::AttentionRecord record = tracker.take().at(0);
  for (size_t h = 0; h < 2; ++h) {
    EXPECT_TRUE(std::isnan(record.entropy[h]));
    EXPECT_TRUE(std::isnan(record.relative_entropy[h]));
    EXPECT_TRUE(std::isnan(record.min_entropy[h]));
    EXPECT_TRUE(std::isnan(record.max_logit[h]));
  }
}

TEST(EntropyTracker, MergedWorkersGiveTheSameBitsWheneverTheyRan) {
  at::Generator generator = seeded(7);
  std::vector<AttentionRows> shares;
  for (int worker = 0; worker < 3; ++worker) {
    shares.push_back(random_rows(AttentionKind::kEncoderSelf, 1, 2, 2, 9, generator));
  }
  const auto run = [&](const std::vector<size_t>& order) {
    std::vector<EntropyTracker> workers(3);
    for (const size_t worker : order) workers[worker].observe_rows(shares[worker]);
    EntropyTracker main;
    for (EntropyTracker& worker : workers) main.merge(worker);
    main.finish_update();
    for (EntropyTracker& worker : workers) EXPECT_TRUE(worker.finish_update().empty());
    return main.take();
  };
  const std::vector<run_log::AttentionRecord> records = run({0, 1, 2});
  EXPECT_EQ(records, run({2, 0, 1}));
  for (size_t h = 0; h < 2; ++h) expect_head(records.at(0), h, naive_head(shares, h));
}

TEST(EntropyTracker, RestoredStateContinuesToTheBit) {
  at::Generator generator = seeded(8);
  EntropyTracker straight, before, after;
  for (int update = 0; update < 6; ++update) {
    const AttentionRows rows = random_rows(AttentionKind::kCross, 3, 4, 2, 7, generator);
    straight.observe_rows(rows);
    straight.finish_update();
    EntropyTracker& resumed = update < 3 ? before : after;
    resumed.observe_rows(rows);
    resumed.finish_update();
    if (update == 2) {
      const std::string saved = before.state().dump();
      after.restore(nlohmann::ordered_json::parse(saved));
      EXPECT_EQ(after.state().dump(), saved);
    }
  }
  EXPECT_EQ(after.take(), straight.take());
}

TEST(EntropyTracker, StateKeepsInfinitiesOfUnseenRows) {
  AttentionRows rows{.kind = AttentionKind::kCross,
                     .layer = 1,
                     .entropy = torch::zeros({1, 1, 1}),
                     .max_logit = torch::zeros({1, 1, 1}),
                     .visible_keys = torch::ones({1, 1}, torch::kInt64),
                     .query_lengths = torch::tensor({1}, torch::kInt64)};
  EntropyTracker tracker, restored;
  tracker.observe_rows(rows);
  tracker.finish_update();
  restored.restore(nlohmann::ordered_json::parse(tracker.state().dump()));
  rows.visible_keys.fill_(2);
  restored.observe_rows(rows);
  restored.finish_update();
  EXPECT_EQ(restored.take().at(0).min_entropy.at(0), 0.0);
}

TEST(EntropyTracker, RefusesMalformedStateAndChangedHeads) {
  EntropyTracker tracker;
  EXPECT_THROW(tracker.restore({{{"kind", "cross"}}}), InputError);
  EXPECT_THROW(tracker.restore({{{"kind", "sideways"}, {"layer", 1}}}), InputError);
  at::Generator generator = seeded(9);
  tracker.observe_rows(random_rows(AttentionKind::kCross, 1, 1, 2, 3, generator));
  EXPECT_THROW(tracker.observe_rows(random_rows(AttentionKind::kCross, 1, 1, 3, 3, generator)),
               c10::Error);
}

}  // namespace
}  // namespace nmt::stability::entropy_tracker_test

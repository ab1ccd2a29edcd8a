// BatchPlan: every pair exactly once, within the budget, with little padding.

#include "data/batch_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "data/text/error.h"
#include "tests/data/sample_text.h"
#include "tests/testing/temp_folder.h"

namespace nmt::data::batch_plan_test {
namespace {

using nmt::testing::message_of;
using testing::made_up_pairs;
using testing::made_up_vocabulary;
using Batches = std::vector<std::vector<uint32_t>>;

class BatchPlanTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    corpus_ = new ParallelCorpus(
        ParallelCorpus::from_pairs(made_up_pairs(20000), made_up_vocabulary(), {}));
  }
  static void TearDownTestSuite() { delete corpus_; }

  static Batches batches_of(const BatchPlan& plan) {
    Batches batches;
    for (int64_t i = 0; i < plan.size(); ++i) {
      batches.emplace_back(plan.pairs(i).begin(), plan.pairs(i).end());
    }
    return batches;
  }

  static std::vector<uint32_t> flattened(const Batches& batches) {
    std::vector<uint32_t> pairs;
    for (const auto& batch : batches) pairs.insert(pairs.end(), batch.begin(), batch.end());
    return pairs;
  }

  static int64_t longest(const std::vector<uint32_t>& batch,
                         int64_t (ParallelCorpus::*length)(int64_t) const) {
    int64_t result = 0;
    for (const uint32_t pair : batch) result = std::max(result, (corpus_->*length)(pair));
    return result;
  }

  static inline ParallelCorpus* corpus_ = nullptr;
};

TEST_F(BatchPlanTest, EveryPairExactlyOnceWithinTheBudget) {
  for (const int64_t max_tokens : {300, 2048, 100000}) {
    for (const auto seed : {std::optional<uint64_t>(), std::optional<uint64_t>(7)}) {
      const Batches batches = batches_of(BatchPlan(*corpus_, max_tokens, seed));
      std::vector<uint32_t> pairs = flattened(batches);
      std::sort(pairs.begin(), pairs.end());
      std::vector<uint32_t> all(static_cast<size_t>(corpus_->size()));
      std::iota(all.begin(), all.end(), 0u);
      ASSERT_EQ(pairs, all);
      for (const auto& batch : batches) {
        ASSERT_FALSE(batch.empty());
        const int64_t side = std::max(longest(batch, &ParallelCorpus::source_length),
                                      longest(batch, &ParallelCorpus::target_length));
        ASSERT_LE(static_cast<int64_t>(batch.size()) * side, max_tokens);
      }
    }
  }
}

TEST_F(BatchPlanTest, NineTokensInTenAreReal) {
  for (const int64_t max_tokens : {1024, 2048}) {
    const Batches batches = batches_of(BatchPlan(*corpus_, max_tokens, 7));
    double source_cells = 0.0;
    double target_cells = 0.0;
    for (const auto& batch : batches) {
      const auto rows = static_cast<double>(batch.size());
      source_cells += rows * static_cast<double>(longest(batch, &ParallelCorpus::source_length));
      target_cells += rows * static_cast<double>(longest(batch, &ParallelCorpus::target_length));
    }
    EXPECT_GE(static_cast<double>(corpus_->source_tokens()) / source_cells, 0.9) << max_tokens;
    EXPECT_GE(static_cast<double>(corpus_->target_tokens()) / target_cells, 0.9) << max_tokens;
  }
}

TEST_F(BatchPlanTest, BudgetIsUsed) {
  const BatchPlan plan(*corpus_, 2048, 7);
  const auto cells =
      static_cast<double>(std::max(corpus_->source_tokens(), corpus_->target_tokens()));
  EXPECT_LT(static_cast<double>(plan.size()), 1.25 * cells / 2048 + 2);
}

TEST_F(BatchPlanTest, SeedDecides) {
  const Batches first = batches_of(BatchPlan(*corpus_, 2048, 7));
  EXPECT_EQ(batches_of(BatchPlan(*corpus_, 2048, 7)), first);
  const Batches other = batches_of(BatchPlan(*corpus_, 2048, 8));
  EXPECT_NE(other, first);
  // Not only the order of the batches: other pairs share a batch, too.
  Batches sorted_first = first;
  Batches sorted_other = other;
  for (Batches* batches : {&sorted_first, &sorted_other}) {
    for (auto& batch : *batches) std::sort(batch.begin(), batch.end());
    std::sort(batches->begin(), batches->end());
  }
  EXPECT_NE(sorted_first, sorted_other);
}

TEST_F(BatchPlanTest, BatchesOfAnEpochComeInNoOrderOfLength) {
  const Batches batches = batches_of(BatchPlan(*corpus_, 2048, 7));
  int64_t growing = 0;
  for (size_t i = 1; i < batches.size(); ++i) {
    growing += longest(batches[i - 1], &ParallelCorpus::target_length) <=
               longest(batches[i], &ParallelCorpus::target_length);
  }
  const double share = static_cast<double>(growing) / static_cast<double>(batches.size() - 1);
  EXPECT_NEAR(share, 0.5, 0.1);
}

TEST_F(BatchPlanTest, WithoutSeedTheOrderIsFixed) {
  const Batches batches = batches_of(BatchPlan(*corpus_, 2048));
  EXPECT_EQ(batches_of(BatchPlan(*corpus_, 2048)), batches);
  EXPECT_LT(longest(batches.front(), &ParallelCorpus::target_length),
            longest(batches.back(), &ParallelCorpus::target_length));
  const std::vector<uint32_t> pairs = flattened(batches);
  for (size_t i = 1; i < pairs.size(); ++i) {
    if (corpus_->target_length(pairs[i - 1]) == corpus_->target_length(pairs[i]) &&
        corpus_->source_length(pairs[i - 1]) == corpus_->source_length(pairs[i])) {
      ASSERT_LT(pairs[i - 1], pairs[i]);
    }
  }
}

TEST_F(BatchPlanTest, PairOverTheBudgetIsNamed) {
  const Vocabulary vocabulary = made_up_vocabulary();
  std::vector<SentencePair> pairs(3, {"ba", "ba"});
  pairs[0].source.clear();  // Dropped: lines and indices differ.
  pairs[2].target = "b b b b b b b b";
  const ParallelCorpus corpus = ParallelCorpus::from_pairs(pairs, vocabulary, {});
  const int64_t side = corpus.target_length(1);
  EXPECT_EQ(message_of<InputError>([&] { BatchPlan(corpus, side - 1); }),
            "the pair in line 3 has " + std::to_string(corpus.source_length(1)) + " source and " +
                std::to_string(side) +
                " target pieces (`</s>` included), but a batch may hold only max-tokens = " +
                std::to_string(side - 1) + "; raise max-tokens or lower max-length");
  EXPECT_EQ(BatchPlan(corpus, side).size(), 2);
}

}  // namespace
}  // namespace nmt::data::batch_plan_test

// TokenBatcher: contents of the batches, epochs, exact restoring, sampling, errors.

#include "data/token_batcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <stdexcept>

#include "data/text/error.h"
#include "tests/data/foreign_model.h"
#include "tests/data/sample_text.h"
#include "tests/testing/temp_folder.h"

namespace nmt::data::token_batcher_test {
namespace {

using nmt::testing::message_of;
using testing::made_up_pairs;
using testing::made_up_vocabulary;

bool equal(const Batch& a, const Batch& b) {
  return a.pairs == b.pairs && torch::equal(a.source, b.source) &&
         torch::equal(a.target, b.target) && torch::equal(a.source_lengths, b.source_lengths) &&
         torch::equal(a.target_lengths, b.target_lengths);
}

// Row `row` of ids [B, L] is `expected`, `</s>`, padding.
void expect_row(const torch::Tensor& ids, int64_t row, std::vector<int32_t> expected,
                const Vocabulary& vocabulary) {
  expected.push_back(static_cast<int32_t>(vocabulary.eos_id()));
  const auto cells = ids.accessor<int64_t, 2>();
  for (int64_t column = 0; column < ids.size(1); ++column) {
    const auto place = static_cast<size_t>(column);
    ASSERT_EQ(cells[row][column], place < expected.size() ? expected[place] : vocabulary.pad_id());
  }
}

class TokenBatcherTest : public ::testing::Test {
 protected:
  TokenBatcher batcher(TokenBatcherOptions options = {.max_tokens = 600, .seed = 3}) const {
    return TokenBatcher(corpus_, options);
  }

  Vocabulary vocabulary_ = made_up_vocabulary();
  ParallelCorpus corpus_ = ParallelCorpus::from_pairs(made_up_pairs(300), vocabulary_, {});
};

TEST_F(TokenBatcherTest, BatchHoldsItsPairsPadded) {
  TokenBatcher batches = batcher();
  for (int step = 0; step < 10; ++step) {
    const Batch batch = batches.next();
    ASSERT_EQ(batch.size(), static_cast<int64_t>(batch.pairs.size()));
    ASSERT_EQ(batch.source.scalar_type(), torch::kInt64);
    for (int64_t row = 0; row < batch.size(); ++row) {
      const int64_t pair = batch.pairs[static_cast<size_t>(row)];
      expect_row(batch.source, row, corpus_.source(pair), vocabulary_);
      expect_row(batch.target, row, corpus_.target(pair), vocabulary_);
      EXPECT_EQ(batch.source_lengths[row].item<int64_t>(), corpus_.source_length(pair));
      EXPECT_EQ(batch.target_lengths[row].item<int64_t>(), corpus_.target_length(pair));
    }
    EXPECT_EQ(batch.source.size(1), batch.source_lengths.max().item<int64_t>());
    EXPECT_EQ(batch.target.size(1), batch.target_lengths.max().item<int64_t>());
    EXPECT_LE(batch.size() * std::max(batch.source.size(1), batch.target.size(1)), 600);
  }
}

TEST_F(TokenBatcherTest, EveryEpochHasEveryPairOnceInAnotherOrder) {
  TokenBatcher batches = batcher();
  std::set<std::vector<int64_t>> orders;
  for (int64_t epoch = 0; epoch < 4; ++epoch) {
    std::vector<int64_t> order;
    const int64_t count = batches.batches_in_epoch();
    for (int64_t i = 0; i < count; ++i) {
      EXPECT_EQ(batches.position(), (DataPosition{epoch, i}));
      const Batch batch = batches.next();
      order.insert(order.end(), batch.pairs.begin(), batch.pairs.end());
    }
    EXPECT_EQ(batches.position(), (DataPosition{epoch + 1, 0}));
    ASSERT_EQ(order.size(), 300u);
    EXPECT_EQ(std::set<int64_t>(order.begin(), order.end()).size(), 300u);
    orders.insert(order);
  }
  EXPECT_EQ(orders.size(), 4u);
}

TEST_F(TokenBatcherTest, WithoutShufflingEveryEpochIsTheSame) {
  TokenBatcher batches = batcher({.max_tokens = 600, .shuffle = false});
  std::vector<Batch> first;
  const int64_t count = batches.batches_in_epoch();
  for (int64_t i = 0; i < count; ++i) first.push_back(batches.next());
  for (int64_t i = 0; i < count; ++i) {
    EXPECT_TRUE(equal(batches.next(), first[static_cast<size_t>(i)]));
  }
}

TEST_F(TokenBatcherTest, RestoringAtAnyPositionContinuesExactly) {
  for (const double alpha : {0.0, 0.2}) {
    const TokenBatcherOptions options = {.max_tokens = 600, .seed = 3, .sampling = {alpha, 0}};
    TokenBatcher original = batcher(options);
    const int64_t steps = 2 * original.batches_in_epoch() + 5;
    std::vector<DataPosition> positions;
    std::vector<Batch> expected;
    for (int64_t i = 0; i < steps; ++i) {
      positions.push_back(original.position());
      expected.push_back(original.next());
    }
    for (size_t i = 0; i < expected.size(); ++i) {
      TokenBatcher restored = batcher(options);
      restored.restore(positions[i]);
      ASSERT_EQ(restored.position(), positions[i]);
      for (size_t j = i; j < std::min(i + 3, expected.size()); ++j) {
        ASSERT_TRUE(equal(restored.next(), expected[j])) << "from " << i << " at " << j;
      }
    }
  }
}

TEST_F(TokenBatcherTest, SeedDecides) {
  const auto epoch = [&](uint64_t seed) {
    TokenBatcher batches = batcher({.max_tokens = 600, .seed = seed});
    std::vector<std::vector<int64_t>> pairs;
    for (int64_t i = batches.batches_in_epoch(); i > 0; --i) pairs.push_back(batches.next().pairs);
    return pairs;
  };
  EXPECT_EQ(epoch(3), epoch(3));
  EXPECT_NE(epoch(3), epoch(4));
}

TEST_F(TokenBatcherTest, SamplingCutsTheSameTextAnewEachEpoch) {
  TokenBatcher batches = batcher({.max_tokens = 600, .seed = 3, .sampling = {0.1, 0}});
  std::map<int64_t, std::set<std::vector<int64_t>>> seen;
  for (int64_t epoch = 0; epoch < 3; ++epoch) {
    for (int64_t i = batches.batches_in_epoch(); i > 0; --i) {
      const Batch batch = batches.next();
      for (int64_t row = 0; row < batch.size(); ++row) {
        const int64_t pair = batch.pairs[static_cast<size_t>(row)];
        const int64_t length = batch.target_lengths[row].item<int64_t>() - 1;
        const torch::Tensor pieces = batch.target[row].slice(0, 0, length).contiguous();
        const auto* data = pieces.data_ptr<int64_t>();
        const std::vector<int32_t> ids(data, data + length);
        ASSERT_EQ(vocabulary_.decode(ids), vocabulary_.decode(corpus_.target(pair)));
        seen[pair].insert({ids.begin(), ids.end()});
      }
    }
  }
  int64_t varied = 0;
  for (const auto& [pair, segmentations] : seen) varied += segmentations.size() > 1;
  EXPECT_GT(varied, 200);
}

TEST_F(TokenBatcherTest, SampleOverMaxLengthGivesWayToTheBest) {
  int64_t longest = 0;
  for (int64_t i = 0; i < corpus_.size(); ++i) {
    longest = std::max({longest, corpus_.source_length(i), corpus_.target_length(i)});
  }
  TokenBatcher batches = batcher({.max_tokens = 600, .seed = 3, .sampling = {0.0001, longest}});
  for (int64_t i = batches.batches_in_epoch(); i > 0; --i) {
    const Batch batch = batches.next();
    EXPECT_LE(std::max(batch.source.size(1), batch.target.size(1)), longest);
  }
}

TEST_F(TokenBatcherTest, PositionsThatDoNotExistAreRefused) {
  TokenBatcher batches = batcher();
  const std::string count = std::to_string(batches.batches_in_epoch());
  EXPECT_EQ(message_of<InputError>([&] {
              batches.restore({0, 100000});
            }),
            "cannot continue the data at batch 100000 of epoch 0: it has " + count +
                " batches; were the training sets, the vocabulary or max-tokens changed?");
  EXPECT_THROW(batches.restore({0, -1}), InputError);
  EXPECT_EQ(message_of<InputError>([&] {
              batches.restore({-1, 0});
            }),
            "cannot continue the data at epoch -1: no such epoch");
  EXPECT_EQ(batches.position(), (DataPosition{0, 0}));
}

TEST_F(TokenBatcherTest, WhatCannotFormABatchIsRefusedAtOnce) {
  EXPECT_THAT(message_of<InputError>([&] { batcher({.max_tokens = 10}); }),
              ::testing::HasSubstr("a batch may hold only max-tokens = 10; raise max-tokens"));
}

TEST_F(TokenBatcherTest, PlanWithoutSeedServesValidation) {
  const BatchPlan plan(corpus_, 600);
  std::set<int64_t> pairs;
  for (int64_t i = 0; i < plan.size(); ++i) {
    for (const int64_t pair : make_batch(corpus_, plan.pairs(i)).pairs) pairs.insert(pair);
  }
  EXPECT_EQ(pairs.size(), 300u);
}

TEST_F(TokenBatcherTest, EachSideEndsAndPadsAsItsVocabularySays) {
  const Vocabulary source = Vocabulary::from_serialized(testing::foreign_model("3", "5", "4"));
  ASSERT_NE(source.eos_id(), vocabulary_.eos_id());
  const ParallelCorpus corpus =
      ParallelCorpus::from_pairs(made_up_pairs(50), Vocabularies(source, vocabulary_), {});
  TokenBatcher batches(corpus, {.max_tokens = 600});
  for (int64_t i = batches.batches_in_epoch(); i > 0; --i) {
    const Batch batch = batches.next();
    for (int64_t row = 0; row < batch.size(); ++row) {
      const int64_t pair = batch.pairs[static_cast<size_t>(row)];
      expect_row(batch.source, row, corpus.source(pair), source);
      expect_row(batch.target, row, corpus.target(pair), vocabulary_);
    }
  }
}

}  // namespace
}  // namespace nmt::data::token_batcher_test

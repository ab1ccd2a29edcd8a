// The bound that covers a training set: every pair, at the least height at the mean source length,
// against all bounds of a grid.

#include "nmt/train/covering_bound.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "data/base/seeded_random.h"
#include "data/subword.h"

namespace nmt::train::covering_bound_test {
namespace {

using config::LengthBound;

/// A corpus whose pairs have so many pieces, `</s>` counted: words of one piece each.
data::ParallelCorpus corpus_of(const std::vector<std::pair<int64_t, int64_t>>& lengths) {
  static const data::Vocabulary vocabulary = data::train_vocabulary(
      std::vector<std::string>(20, "a b a b b a"), data::SubwordOptions{.vocab_size = 7});
  const auto words = [](int64_t pieces) {
    std::string text;
    for (int64_t i = 1; i < pieces; ++i) text += "a ";
    return text;
  };
  std::vector<data::SentencePair> pairs;
  for (const auto& [source, target] : lengths) pairs.push_back({words(source), words(target)});
  data::ParallelCorpus corpus = data::ParallelCorpus::from_pairs(pairs, vocabulary, {});
  for (size_t i = 0; i < lengths.size(); ++i) {
    EXPECT_EQ(corpus.source_length(static_cast<int64_t>(i)), lengths[i].first);
    EXPECT_EQ(corpus.target_length(static_cast<int64_t>(i)), lengths[i].second);
  }
  return corpus;
}

TEST(CoveringBoundTest, OrdinaryPairsNeedNoMoreThanTheUsual) {
  EXPECT_EQ(covering_bound(corpus_of({{5, 6}, {10, 9}, {3, 16}, {20, 50}})),
            (LengthBound{2.0, 10}));
  EXPECT_EQ(covering_bound(corpus_of({{2, 2}})), (LengthBound{2.0, 10}));
}

TEST(CoveringBoundTest, AnOutlierRaisesWhatIsAdded) {
  std::vector<std::pair<int64_t, int64_t>> lengths(50, {20, 22});
  lengths.emplace_back(3, 100);
  EXPECT_EQ(covering_bound(corpus_of(lengths)), (LengthBound{2.0, 94}));
}

TEST(CoveringBoundTest, LongTargetsThroughoutRaiseTheFactor) {
  std::vector<std::pair<int64_t, int64_t>> lengths;
  for (int64_t source = 2; source < 40; ++source) lengths.emplace_back(source, 5 * source);
  const LengthBound bound = covering_bound(corpus_of(lengths));
  EXPECT_NEAR(bound.factor, 4.8, 0.2);
  EXPECT_LT(bound.pieces, 20);
}

TEST(CoveringBoundTest, NoBoundOfAGridIsLowerAndCoversAll) {
  base::SeededRandom random(11);
  for (int trial = 0; trial < 30; ++trial) {
    const double ratio = 0.5 + 7.0 * random.uniform();
    std::vector<std::pair<int64_t, int64_t>> lengths;
    int64_t sum = 0;
    for (int i = 0; i < 40; ++i) {
      const auto source = static_cast<int64_t>(2 + random.below(30));
      const auto target = static_cast<int64_t>(2 + ratio * source * random.uniform());
      lengths.emplace_back(source, target);
      sum += source;
    }
    const double mean = static_cast<double>(sum) / 40.0;
    const auto height = [&](const LengthBound& bound) {
      return bound.factor * mean + bound.pieces;
    };
    const auto covers = [&](const LengthBound& bound) {
      return std::ranges::all_of(
          lengths, [&](const auto& pair) { return bound.of(pair.first) >= pair.second; });
    };
    const LengthBound bound = covering_bound(corpus_of(lengths));
    EXPECT_TRUE(covers(bound));
    EXPECT_GE(bound.factor, 2.0);
    EXPECT_GE(bound.pieces, 10);
    for (int64_t tenths = 20; tenths < 120; ++tenths) {
      for (int64_t pieces = 10; pieces < 250; ++pieces) {
        const LengthBound other = {tenths / 10.0, pieces};
        if (!covers(other)) continue;
        EXPECT_GE(height(other), height(bound) - 1e-9) << tenths << " " << pieces;
        break;
      }
    }
  }
}

}  // namespace
}  // namespace nmt::train::covering_bound_test

// Batches by hand, and their rules on random lengths.

#include "nmt/decode/translation_batches.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace nmt::decode::translation_batches_test {
namespace {

using Batches = std::vector<std::vector<size_t>>;

TEST(TranslationBatchesTest, LongestFirstEqualOnesInOrder) {
  const std::vector<int64_t> lengths = {3, 5, 3, 4, 5};
  EXPECT_EQ(translation_batches(lengths, 10), (Batches{{1, 4}, {3, 0}, {2}}));
}

TEST(TranslationBatchesTest, OneThatIsTooLongStandsAlone) {
  const std::vector<int64_t> lengths = {2, 50, 2};
  EXPECT_EQ(translation_batches(lengths, 4), (Batches{{1}, {0, 2}}));
}

TEST(TranslationBatchesTest, LengthZeroTakesNoPart) {
  const std::vector<int64_t> lengths = {0, 2, 0};
  EXPECT_EQ(translation_batches(lengths, 100), (Batches{{1}}));
  EXPECT_TRUE(translation_batches({}, 100).empty());
}

TEST(TranslationBatchesTest, EachOnceWithinTheBudget) {
  std::mt19937 random(1);
  for (int round = 0; round < 50; ++round) {
    std::vector<int64_t> lengths(random() % 60);
    for (int64_t& length : lengths) length = 1 + static_cast<int64_t>(random() % 40);
    std::set<size_t> seen;
    for (const std::vector<size_t>& batch : translation_batches(lengths, 100)) {
      EXPECT_LE(std::ssize(batch) * lengths[batch.front()], 100);
      for (const size_t index : batch) EXPECT_TRUE(seen.insert(index).second);
    }
    EXPECT_EQ(seen.size(), lengths.size());
  }
}

}  // namespace
}  // namespace nmt::decode::translation_batches_test

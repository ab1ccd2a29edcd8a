// Compact id sequences: contents over block borders, both widths, and bytes by arithmetic.

#include "data/compact_sentences.h"

#include <gtest/gtest.h>

#include "data/base/seeded_random.h"

namespace nmt::data::compact_sentences_test {
namespace {

std::vector<std::vector<int32_t>> random_sentences(int64_t count, int64_t vocab_size) {
  base::SeededRandom random(1);
  std::vector<std::vector<int32_t>> sentences(static_cast<size_t>(count));
  for (auto& sentence : sentences) {
    sentence.resize(random.below(6));
    for (int32_t& id : sentence) {
      id = static_cast<int32_t>(random.below(static_cast<uint64_t>(vocab_size)));
    }
  }
  return sentences;
}

void expect_kept(int64_t vocab_size) {
  const auto sentences = random_sentences(2 * 65536 + 100, vocab_size);
  CompactSentences compact(vocab_size);
  int64_t pieces = 0;
  for (const auto& sentence : sentences) {
    compact.push_back(sentence);
    pieces += static_cast<int64_t>(sentence.size());
  }
  compact.shrink();
  ASSERT_EQ(compact.size(), static_cast<int64_t>(sentences.size()));
  EXPECT_EQ(compact.pieces(), pieces);
  for (size_t i = 0; i < sentences.size(); ++i) {
    ASSERT_EQ(compact.at(static_cast<int64_t>(i)), sentences[i]) << i;
    ASSERT_EQ(compact.length(static_cast<int64_t>(i)), static_cast<int64_t>(sentences[i].size()));
  }
}

TEST(CompactSentencesTest, NarrowIdsAreKept) {
  expect_kept(65536);
}

TEST(CompactSentencesTest, WideIdsAreKept) {
  expect_kept(250000);
}

TEST(CompactSentencesTest, TwoBytesAnIdAndFourASentence) {
  constexpr int64_t kSentences = 2 * 65536;
  constexpr int64_t kIds = 30;
  const std::vector<int32_t> sentence(kIds, 7);
  for (const auto& [vocab_size, width] : {std::pair{65536, 2}, std::pair{65537, 4}}) {
    CompactSentences compact(vocab_size);
    for (int64_t i = 0; i < kSentences; ++i) compact.push_back(sentence);
    compact.shrink();
    const double bytes = static_cast<double>(compact.memory_bytes()) / kSentences;
    EXPECT_NEAR(bytes, kIds * width + 4, 0.01);
  }
}

TEST(CompactSentencesTest, NothingInIt) {
  CompactSentences compact(100);
  compact.shrink();
  EXPECT_EQ(compact.size(), 0);
  EXPECT_EQ(compact.pieces(), 0);
  EXPECT_EQ(compact.memory_bytes(), 0);
}

}  // namespace
}  // namespace nmt::data::compact_sentences_test

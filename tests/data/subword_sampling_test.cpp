// Random segmentations against the distributions that they are drawn from.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sentencepiece_processor.h>

#include <cmath>
#include <map>
#include <set>
#include <thread>

#include "tests/data/sample_text.h"

namespace nmt::data::subword_sampling_test {
namespace {

using testing::made_up_pairs;
using testing::made_up_vocabulary;
using Ids = std::vector<int32_t>;

// Every segmentation of `text` (without blanks) with its log probability: the definition.
std::map<Ids, double> all_segmentations(const Vocabulary& vocabulary, const std::string& text) {
  sentencepiece::SentencePieceProcessor model;
  EXPECT_TRUE(model.LoadFromSerializedProto(vocabulary.serialized()).ok());
  const std::string marked = "\u2581" + text;
  std::vector<std::map<Ids, double>> ending(marked.size() + 1);
  ending[0][{}] = 0.0;
  for (size_t begin = 0; begin < marked.size(); ++begin) {
    for (const auto& [ids, score] : ending[begin]) {
      for (size_t end = begin + 1; end <= marked.size(); ++end) {
        const int id = model.PieceToId(marked.substr(begin, end - begin));
        if (model.IsUnknown(id) || model.IsControl(id)) continue;
        Ids longer = ids;
        longer.push_back(id);
        ending[end][longer] = score + model.GetScore(id);
      }
    }
  }
  return ending.back();
}

TEST(SubwordSamplingTest, UnigramDrawsByProbabilityToThePowerAlpha) {
  const Vocabulary vocabulary = made_up_vocabulary();
  const std::string text = "babe";
  const auto segmentations = all_segmentations(vocabulary, text);
  ASSERT_GE(segmentations.size(), 3u);
  ASSERT_LE(segmentations.size(), 64u);
  for (const double alpha : {0.0, 0.3, 1.0}) {
    double total = 0.0;
    for (const auto& [ids, score] : segmentations) total += std::exp(alpha * score);
    constexpr int kDraws = 4000;
    std::map<Ids, int> counts;
    for (int seed = 0; seed < kDraws; ++seed) {
      ++counts[vocabulary.sample(text, alpha, static_cast<uint64_t>(seed))];
    }
    for (const auto& [ids, score] : segmentations) {
      const double expected = std::exp(alpha * score) / total;
      const double spread = std::sqrt(expected * (1 - expected) / kDraws);
      EXPECT_NEAR(counts[ids] / static_cast<double>(kDraws), expected, 4.5 * spread + 1e-4);
      counts.erase(ids);
    }
    EXPECT_TRUE(counts.empty()) << "a segmentation that is none";
  }
}

TEST(SubwordSamplingTest, UnigramWithLargeAlphaIsTheBest) {
  const Vocabulary vocabulary = made_up_vocabulary();
  for (const SentencePair& pair : made_up_pairs(20, /*seed=*/3)) {
    const Ids best = vocabulary.encode(pair.source);
    const Ids sample = vocabulary.sample(pair.source, 1e6, 1);
    EXPECT_EQ(vocabulary.decode(sample), pair.source);
    EXPECT_EQ(sample.size(), best.size());  // Ties may differ in ids.
  }
}

TEST(SubwordSamplingTest, BpeWithoutDropoutIsTheBest) {
  const Vocabulary vocabulary = made_up_vocabulary(SubwordModel::kBpe);
  for (const SentencePair& pair : made_up_pairs(200, /*seed=*/3)) {
    EXPECT_EQ(vocabulary.sample(pair.target, 0.0, 1), vocabulary.encode(pair.target));
  }
}

TEST(SubwordSamplingTest, BpeWithFullDropoutIsCharacters) {
  const Vocabulary vocabulary = made_up_vocabulary(SubwordModel::kBpe);
  const Ids ids = vocabulary.sample("bä b", 1.0, 1);
  ASSERT_EQ(ids.size(), 5u);  // ▁ b ä ▁ b
  EXPECT_EQ(vocabulary.piece(ids[0]), "\u2581");
  EXPECT_EQ(vocabulary.piece(ids[2]), "ä");
}

TEST(SubwordSamplingTest, BpeDropoutLeavesMergesOutWithItsProbability) {
  const Vocabulary vocabulary = made_up_vocabulary(SubwordModel::kBpe);
  // "▁b" is a piece, so that "b" alone has one possible merge.
  ASSERT_EQ(vocabulary.encode("b").size(), 1u);
  int split = 0;
  for (uint64_t seed = 0; seed < 4000; ++seed)
    split += vocabulary.sample("b", 0.3, seed).size() == 2;
  EXPECT_NEAR(split / 4000.0, 0.3, 4.5 * std::sqrt(0.3 * 0.7 / 4000));
}

TEST(SubwordSamplingTest, BpeDropoutOfAWordDoesNotDependOnItsNeighbours) {
  const Vocabulary vocabulary = made_up_vocabulary(SubwordModel::kBpe);
  std::string text;
  for (int i = 0; i < 20; ++i) text += " b";
  int64_t pieces = 0;
  for (uint64_t seed = 0; seed < 500; ++seed) {
    pieces += static_cast<int64_t>(vocabulary.sample(text, 0.3, seed).size());
  }
  EXPECT_NEAR(pieces / (500 * 20.0), 1.3, 4.5 * std::sqrt(0.3 * 0.7 / (500 * 20)));
}

TEST(SubwordSamplingTest, EverySampleHasTheSameText) {
  for (const auto kind : {SubwordModel::kUnigram, SubwordModel::kBpe}) {
    const Vocabulary vocabulary = made_up_vocabulary(kind);
    for (const SentencePair& pair : made_up_pairs(20, /*seed=*/4)) {
      std::set<Ids> distinct;
      for (uint64_t seed = 0; seed < 10; ++seed) {
        const Ids sample = vocabulary.sample(pair.target, 0.2, seed);
        EXPECT_EQ(vocabulary.decode(sample), pair.target);
        distinct.insert(sample);
      }
      EXPECT_TRUE(distinct.size() > 1 || pair.target.size() < 20) << pair.target;
    }
  }
}

TEST(SubwordSamplingTest, SeedAloneDecidesOnEveryThread) {
  const Vocabulary vocabulary = made_up_vocabulary();
  const std::string text = made_up_pairs(1)[0].source;
  const Ids here = vocabulary.sample(text, 0.2, 42);
  vocabulary.sample(text, 0.2, 43);
  EXPECT_EQ(vocabulary.sample(text, 0.2, 42), here);
  Ids there;
  std::thread([&] { there = vocabulary.sample(text, 0.2, 42); }).join();
  EXPECT_EQ(there, here);
}

}  // namespace
}  // namespace nmt::data::subword_sampling_test

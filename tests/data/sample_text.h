// Made-up sentence pairs for the tests of data: Zipf-like words, lengths like those of real text
// (log-normal, mean 12 words), a target that follows its source loosely.

#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "data/base/seeded_random.h"
#include "data/pair_reader.h"
#include "data/subword.h"

namespace nmt::data::testing {

/// Word number `rank` of a made-up language: 1 to 4 syllables.
inline std::string made_up_word(uint64_t rank, const std::vector<std::string>& vowels) {
  static const std::string consonants = "bdfghklmnprstvwz";
  std::string word;
  do {
    word += consonants[rank % consonants.size()];
    word += vowels[rank / consonants.size() % vowels.size()];
    rank /= consonants.size() * vowels.size();
  } while (rank > 0);
  return word;
}

inline std::string made_up_segment(int64_t words, const std::vector<std::string>& vowels,
                                   base::SeededRandom& random) {
  std::string segment;
  for (int64_t i = 0; i < words; ++i) {
    const auto rank = static_cast<uint64_t>(std::pow(5000.0, random.uniform())) - 1;
    segment += (i > 0 ? " " : "") + made_up_word(rank, vowels);
  }
  return segment;
}

/// Standard normal, by the sum of twelve uniform numbers.
inline double roughly_normal(base::SeededRandom& random) {
  double sum = -6.0;
  for (int i = 0; i < 12; ++i) sum += random.uniform();
  return sum;
}

inline std::vector<SentencePair> made_up_pairs(int64_t count, uint64_t seed = 1) {
  base::SeededRandom random(seed);
  std::vector<SentencePair> pairs;
  for (int64_t i = 0; i < count; ++i) {
    const double source_words = std::exp(2.3 + 0.55 * roughly_normal(random));
    const double target_words = source_words * std::exp(0.15 * roughly_normal(random));
    const auto words = [](double number) {
      return std::clamp<int64_t>(std::lround(number), 1, 80);
    };
    pairs.push_back({made_up_segment(words(source_words), {"a", "e", "i", "o", "u"}, random),
                     made_up_segment(words(target_words), {"ä", "e", "ö", "y", "u"}, random)});
  }
  return pairs;
}

inline Vocabulary made_up_vocabulary(SubwordModel model = SubwordModel::kUnigram,
                                     int64_t vocab_size = 500) {
  return train_vocabulary(made_up_pairs(500, /*seed=*/99),
                          {.model = model, .vocab_size = vocab_size});
}

}  // namespace nmt::data::testing

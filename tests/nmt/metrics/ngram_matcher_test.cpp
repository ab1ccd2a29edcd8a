// NgramMatcher and SymbolTable against counting n-grams one by one.

#include "nmt/metrics/ngram_matcher.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

#include "nmt/metrics/symbol_table.h"

namespace nmt::metrics::ngram_matcher_test {
namespace {

using Counts = std::map<std::vector<uint32_t>, double>;

Counts counts_of(const SymbolText& text, size_t order) {
  Counts counts;
  for (size_t i = 0; i + order <= text.size(); ++i) {
    ++counts[{text.begin() + i, text.begin() + i + order}];
  }
  return counts;
}

double naive_matches(const SymbolText& hypothesis, const std::vector<SymbolText>& references,
                     size_t order) {
  double matched = 0.0;
  for (const auto& [ngram, count] : counts_of(hypothesis, order)) {
    double most = 0.0;
    for (const SymbolText& reference : references) {
      Counts counts = counts_of(reference, order);
      most = std::max(most, counts[ngram]);
    }
    matched += std::min(count, most);
  }
  return matched;
}

void expect_naive(NgramMatcher& matcher, int orders, const SymbolText& hypothesis,
                  const std::vector<SymbolText>& references, size_t symbols) {
  std::vector<double> matched(orders, -1.0);
  matcher.match(hypothesis, references, symbols, matched);
  for (int n = 1; n <= orders; ++n) {
    ASSERT_EQ(matched[n - 1], naive_matches(hypothesis, references, n)) << "order " << n;
  }
}

// All texts of `length` symbols below `symbols`.
std::vector<SymbolText> all_texts(size_t length, uint32_t symbols) {
  std::vector<SymbolText> texts = {{}};
  std::vector<SymbolText> longest = texts;
  for (size_t n = 0; n < length; ++n) {
    std::vector<SymbolText> longer;
    for (const SymbolText& text : longest) {
      for (uint32_t s = 0; s < symbols; ++s) {
        longer.push_back(text);
        longer.back().push_back(s);
      }
    }
    texts.insert(texts.end(), longer.begin(), longer.end());
    longest = longer;
  }
  return texts;
}

TEST(NgramMatcherTest, CountsEveryPairOfShortTextsRight) {
  NgramMatcher matcher(3);
  const std::vector<SymbolText> texts = all_texts(4, 2);
  for (const SymbolText& hypothesis : texts) {
    for (const SymbolText& reference : texts) {
      expect_naive(matcher, 3, hypothesis, {reference}, 2);
    }
  }
}

// With 4 symbols all orders fit one number; with 4 billion they do not.
TEST(NgramMatcherTest, PackedAndUnpackedTextsGiveTheSame) {
  std::mt19937 random(5);
  NgramMatcher matcher(6);
  for (int round = 0; round < 300; ++round) {
    std::vector<SymbolText> texts(1 + random() % 4);
    for (SymbolText& text : texts) {
      text.resize(random() % 20);
      for (uint32_t& symbol : text) symbol = random() % 3;
    }
    const SymbolText hypothesis = texts.back();
    if (texts.size() > 1) texts.pop_back();
    expect_naive(matcher, 6, hypothesis, texts, 3);
    expect_naive(matcher, 6, hypothesis, texts, size_t{1} << 31);
  }
}

TEST(SymbolTableTest, NumbersWordsInOrderAndForgetsThem) {
  SymbolTable table;
  for (int round = 0; round < 3; ++round) {
    std::vector<std::string> words;
    for (int i = 0; i < 2000 / (round * round * 20 + 1); ++i)
      words.push_back("word" + std::to_string(i));
    words.push_back(std::string(40, 'x') + "a");
    words.push_back(std::string(40, 'x') + "b");
    for (size_t i = 0; i < words.size(); ++i) ASSERT_EQ(table.id(words[i]), i);
    for (size_t i = 0; i < words.size(); ++i) ASSERT_EQ(table.id(words[i]), i);
    EXPECT_EQ(table.size(), words.size());
    table.clear();
    EXPECT_EQ(table.size(), 0u);
  }
}

}  // namespace
}  // namespace nmt::metrics::ngram_matcher_test

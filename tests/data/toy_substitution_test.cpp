// A toy language would be no test of translation if a dictionary could translate it. Here is that
// dictionary, learned from the corpus itself: for each English word the German word that goes with
// it most exclusively (Dice coefficient of their sentences), put in its place, in English order.

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>

#include "data/toy_grammar/toy_corpus.h"
#include "nmt/metrics/bleu.h"

namespace nmt::data::toy_substitution_test {
namespace {

/// Words without the punctuation at their end; the first one begins small unless it is "I".
std::vector<std::string> words_of(const std::string& sentence) {
  std::istringstream stream(sentence);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) {
    while (word.back() == '.' || word.back() == ',') word.pop_back();
    words.push_back(word);
  }
  if (words[0] != "I") words[0][0] = static_cast<char>(std::tolower(words[0][0]));
  return words;
}

using Counts = std::unordered_map<std::string, int>;

std::map<std::string, std::string> learn_dictionary(const std::vector<ToyPair>& pairs) {
  Counts source_count, target_count;
  std::unordered_map<std::string, Counts> together;
  for (const ToyPair& pair : pairs) {
    const std::vector<std::string> source = words_of(pair.source), target = words_of(pair.target);
    const std::set<std::string> sources(source.begin(), source.end());
    const std::set<std::string> targets(target.begin(), target.end());
    for (const std::string& word : targets) ++target_count[word];
    for (const std::string& word : sources) {
      ++source_count[word];
      for (const std::string& other : targets) ++together[word][other];
    }
  }
  std::map<std::string, std::string> dictionary;
  for (const auto& [word, others] : together) {
    double best = 0;
    for (const auto& [other, count] : others) {
      const double dice = 2.0 * count / (source_count[word] + target_count[other]);
      if (dice <= best) continue;
      best = dice;
      dictionary[word] = other;
    }
  }
  return dictionary;
}

std::string substitute(const std::map<std::string, std::string>& dictionary,
                       const std::string& source) {
  std::string text;
  for (const std::string& word : words_of(source)) {
    const auto entry = dictionary.find(word);
    text += (text.empty() ? "" : " ") + (entry == dictionary.end() ? word : entry->second);
  }
  if (!text.empty()) text[0] = static_cast<char>(std::toupper(text[0]));
  return text + ".";
}

TEST(ToySubstitutionTest, WordForWordScoresUnderTwentyFive) {
  const ToyCorpus corpus = make_toy_corpus(1, {.train = 20'000, .valid = 0, .test = 1000});
  const auto dictionary = learn_dictionary(corpus.train);
  std::vector<std::string> hypotheses, references;
  for (const ToyPair& pair : corpus.test) {
    hypotheses.push_back(substitute(dictionary, pair.source));
    references.push_back(pair.target);
  }
  ASSERT_EQ(dictionary.at("dog"), "Hund");  // The dictionary is a good one.
  ASSERT_EQ(dictionary.at("because"), "weil");
  const std::vector<std::vector<std::string>> streams = {references};
  const double score = metrics::corpus_bleu(hypotheses, streams).score;
  RecordProperty("bleu", std::to_string(score));
  EXPECT_LT(score, 25.0);
  EXPECT_GT(score, 1.0);
}

}  // namespace
}  // namespace nmt::data::toy_substitution_test

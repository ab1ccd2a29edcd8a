// The unigram nll against a sum over the pieces of every sentence, one by one.

#include "data/unigram_nll.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <vector>

#include "data/subword.h"
#include "data/toy_grammar/toy_corpus.h"

namespace nmt::data::unigram_nll_test {
namespace {

TEST(UnigramNllTest, IsTheMeanOfEveryPiecesOwnNll) {
  const ToyCorpus toy = make_toy_corpus(3, {.train = 200, .valid = 0, .test = 0});
  std::vector<SentencePair> pairs;
  for (const ToyPair& pair : toy.train) pairs.push_back({pair.source, pair.target});
  const Vocabulary vocabulary =
      train_vocabulary(std::span<const SentencePair>(pairs), SubwordOptions{.vocab_size = 150});
  const ParallelCorpus corpus = ParallelCorpus::from_pairs(pairs, vocabulary, {});

  std::vector<int64_t> all;  // Every target piece of the corpus, one after the other.
  for (const SentencePair& pair : pairs) {
    for (const int32_t piece : vocabulary.encode(pair.target)) all.push_back(piece);
    all.push_back(vocabulary.eos_id());
  }
  std::map<int64_t, double> count;
  for (const int64_t piece : all) count[piece] += 1.0;
  const double whole = static_cast<double>(all.size()) + static_cast<double>(vocabulary.size());
  double sum = 0.0;
  for (const int64_t piece : all) sum -= std::log((count[piece] + 1.0) / whole);

  EXPECT_NEAR(unigram_nll(corpus), sum / static_cast<double>(all.size()), 1e-10);
}

}  // namespace
}  // namespace nmt::data::unigram_nll_test

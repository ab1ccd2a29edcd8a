#include "data/unigram_nll.h"

#include <cmath>
#include <vector>

namespace nmt::data {

double unigram_nll(const ParallelCorpus& corpus) {
  const Vocabulary& vocabulary = corpus.vocabularies().target();
  const int64_t pieces = vocabulary.size();
  std::vector<int64_t> counts(static_cast<size_t>(pieces), 0);
  for (int64_t pair = 0; pair < corpus.size(); ++pair) {
    for (const int32_t piece : corpus.target(pair)) ++counts[static_cast<size_t>(piece)];
  }
  counts[static_cast<size_t>(vocabulary.eos_id())] += corpus.size();
  const auto tokens = static_cast<double>(corpus.target_tokens());
  double nll = 0.0;
  for (const int64_t count : counts) {
    const double share = static_cast<double>(count) / tokens;
    nll -= share *
           std::log((static_cast<double>(count) + 1.0) / (tokens + static_cast<double>(pieces)));
  }
  return nll;
}

}  // namespace nmt::data

#include "data/toy_grammar/toy_corpus.h"

#include <string>
#include <unordered_set>
#include <utility>

#include "data/base/mix_seeds.h"

namespace nmt::data {
namespace {

using Sources = std::unordered_set<std::string>;

/// The grammar of set number `set` of the corpus of `seed`.
ToyGrammar stream(uint64_t seed, uint64_t set) {
  return ToyGrammar(base::mix_seeds(seed, set));
}

/// `size` pairs whose sources are in no earlier set and differ from each other.
std::vector<ToyPair> held_out(ToyGrammar grammar, size_t size, Sources& taken) {
  std::vector<ToyPair> pairs;
  pairs.reserve(size);
  ConstructionSet missing = ConstructionSet::all();
  while (pairs.size() < size) {
    ToyPair pair = grammar.next();
    // The last places are kept for constructions that chance has left out.
    const size_t left = size - pairs.size();
    const ConstructionSet still_missing = missing.without(pair.constructions);
    if (left <= static_cast<size_t>(missing.size()) && still_missing == missing) continue;
    if (!taken.insert(pair.source).second) continue;
    missing = still_missing;
    pairs.push_back(std::move(pair));
  }
  return pairs;
}

}  // namespace

ToyCorpus make_toy_corpus(uint64_t seed, const ToyCorpusSizes& sizes) {
  ToyCorpus corpus;
  Sources taken;
  corpus.test = held_out(stream(seed, 0), sizes.test, taken);
  corpus.valid = held_out(stream(seed, 1), sizes.valid, taken);
  ToyGrammar grammar = stream(seed, 2);
  corpus.train.reserve(sizes.train);
  while (corpus.train.size() < sizes.train) {
    ToyPair pair = grammar.next();
    if (!taken.contains(pair.source)) corpus.train.push_back(std::move(pair));
  }
  return corpus;
}

}  // namespace nmt::data

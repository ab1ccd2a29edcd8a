// A finite corpus out of the toy grammar: training, validation and test sets that share no source.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "data/toy_grammar/toy_grammar.h"

namespace nmt::data {

/// Numbers of pairs.
struct ToyCorpusSizes {
  size_t train = 200'000;
  size_t valid = 500;
  size_t test = 1'000;
};

struct ToyCorpus {
  std::vector<ToyPair> train, valid, test;
};

/// Draws the sets from streams of their own, all fixed by `seed`: no source sentence of test occurs
/// in valid or train, none of valid in train, none twice within test or valid. Test contains every
/// construction if its size is at least kConstructions. A larger train set starts with the smaller.
ToyCorpus make_toy_corpus(uint64_t seed, const ToyCorpusSizes& sizes = {});

}  // namespace nmt::data

// What is left to learn once the frequencies of pieces are known: the yardstick of a model that has
// learnt nothing of the sentence.

#pragma once

#include "data/parallel_corpus.h"

namespace nmt::data {

/// The nll, nats a target piece, of the corpus's own targets under piece frequencies alone:
///
///     −Σ_v n_v / N ln p_v        p_v = (n_v + 1) / (N + V)
///
/// with n_v how often piece v occurs among the N target pieces, `</s>` counted, and V the size of
/// the target vocabulary.
double unigram_nll(const ParallelCorpus& corpus);

}  // namespace nmt::data

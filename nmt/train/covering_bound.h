// The bound on the length of translations that a training set asks for.
//
// Of the lines a x + b that lie on or above every pair (x source pieces, y target pieces) and have
// a >= 2 and b >= 10, the one that is lowest at the mean source length: what a model that never
// ends a translation is allowed is then as little as covering the pairs permits. a is a multiple of
// 0.1. A few long targets of short sources thus raise b; targets that are long throughout raise a.

#pragma once

#include "data/parallel_corpus.h"
#include "nmt/config/length_bound.h"

namespace nmt::train {

/// The bound that covers every pair of `corpus`.
config::LengthBound covering_bound(const data::ParallelCorpus& corpus);

}  // namespace nmt::train

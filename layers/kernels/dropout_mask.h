// Dropout masks by counter-based random numbers: element i depends on (seed, i) alone, so a mask is
// the same on every instruction set and number of threads, and can be drawn again.
//
//     mask_i = 0 with probability p, else 1 / (1 − p)
//
// Source of the integer hash: the "lowbias32" constants of the hash-prospector search (public
// domain), two rounds over the counter, keyed by both halves of the seed.

#pragma once

#include <cstdint>

namespace nmt::kernels {

/// Writes `count` (below 2³²) values to `mask`. `probability` in [0, 1).
void fill_dropout_mask(float* mask, int64_t count, double probability, uint64_t seed);

}  // namespace nmt::kernels

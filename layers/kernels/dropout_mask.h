// Dropout masks by counter-based random numbers: element i depends on (seed, i) alone, so a mask is
// the same on every instruction set and number of threads, and it, or a part of it, can be drawn
// again. Numbers count modulo 2³².
//
//     mask_i = 0 with probability p, else 1 / (1 − p)
//
// Source of the integer hash: the "lowbias32" constants of the hash-prospector search (public
// domain), two rounds over the counter, keyed by both halves of the seed.

#pragma once

#include <cstdint>

namespace nmt::kernels {

/// Writes elements first .. first + count − 1 to `mask`, `count` below 2³². `probability` in [0,
/// 1).
void fill_dropout_mask(float* mask, int64_t count, double probability, uint64_t seed,
                       int64_t first);

/// The seed of row `row` of a mask whose rows are drawn one by one (attention probabilities), so
/// that an element's number does not depend on how long the rows are. SplitMix64 (Steele et al.
/// 2014).
constexpr uint64_t dropout_row_seed(uint64_t seed, uint64_t row) {
  uint64_t z = seed + (row + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

}  // namespace nmt::kernels

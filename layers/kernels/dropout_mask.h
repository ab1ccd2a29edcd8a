// Dropout masks by counter-based random numbers: element i depends on (seed, i) alone, so a mask is
// the same on every device, instruction set and number of threads, and it, or a part of it, can be
// drawn again. Numbers count modulo 2³².
//
//     mask_i = 0 with probability p, else 1 / (1 − p)
//
// Source of the integer hash: the "lowbias32" constants of the hash-prospector search (public
// domain), two rounds over the counter, keyed by both halves of the seed.

#pragma once

#include <cstdint>

#include "data/base/mix_seeds.h"

namespace nmt::kernels {

/// Writes elements first .. first + count − 1 to `mask`, `count` below 2³². `probability` in [0,
/// 1).
void fill_dropout_mask_cpu(float* mask, int64_t count, double probability, uint64_t seed,
                           int64_t first);

/// The same in the memory of a CUDA device, in the default stream. Throws std::runtime_error if the
/// device refuses.
void fill_dropout_mask_cuda(float* mask, int64_t count, double probability, uint64_t seed,
                            int64_t first);

// Of the hash; two numbers rather than an array, which has no address in code for a GPU.
inline constexpr uint32_t kFirstDropoutFactor = 0x7feb352du;
inline constexpr uint32_t kSecondDropoutFactor = 0x846ca68bu;

/// One element at a time; dropout_random-inl.h has the same for vectors.
struct DropoutValue {
  explicit constexpr DropoutValue(double probability)
      : threshold(static_cast<uint32_t>(probability * 2147483648.0)),
        keep(static_cast<float>(1.0 / (1.0 - probability))) {}

  constexpr float operator()(uint32_t element, uint64_t seed) const {
    const uint32_t once = mixed_bits(element ^ static_cast<uint32_t>(seed));
    const uint32_t random = mixed_bits(once + static_cast<uint32_t>(seed >> 32));
    return (random >> 1) < threshold ? 0.0f : keep;
  }

  static constexpr uint32_t mixed_bits(uint32_t x) {
    x = (x ^ (x >> 16)) * kFirstDropoutFactor;
    x = (x ^ (x >> 15)) * kSecondDropoutFactor;
    return x ^ (x >> 16);
  }

  uint32_t threshold;  ///< Of 31 random bits: below it an element is dropped.
  float keep;          ///< What other elements are multiplied by.
};

/// The seed of row `row` of a mask whose rows are drawn one by one (attention probabilities), so
/// that an element's number does not depend on how long the rows are.
constexpr uint64_t dropout_row_seed(uint64_t seed, uint64_t row) {
  return base::mix_seeds(seed, row);
}

}  // namespace nmt::kernels

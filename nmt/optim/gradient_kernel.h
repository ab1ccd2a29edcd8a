// Passes over gradients as plain arrays. No LibTorch, one SIMD body for every instruction set; the
// results are the same on all of them.

#pragma once

#include <cstdint>

namespace nmt::optim {

/// Σ x² of `count` numbers in float64, where a square of a float is exact: number i is added to sum
/// i mod 16, the numbers behind the last whole sixteen to the first sum, and the sums in order.
double sum_of_squares(const float* values, int64_t count);

/// sum ← sum + added, `count` numbers; returns sum_of_squares of the new sum, from the same pass.
/// The arrays do not overlap.
double add_to(float* sum, const float* added, int64_t count);

}  // namespace nmt::optim

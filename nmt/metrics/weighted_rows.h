// The inner loop of resampling: rows of a table, each with a weight, added up. One SIMD body,
// compiled for every instruction set.

#pragma once

#include <cstddef>

namespace nmt::metrics {

/// `columns` rounded up to whole vectors of this machine.
size_t padded_columns(size_t columns);

/// sums[c] = Σ_r weights[r] · values[r * stride + c] for c below `stride`, which is a
/// padded_columns(). In no particular order: exact as long as every partial sum is a whole number
/// below 2²⁴.
void add_weighted_rows(const float* values, size_t stride, const float* weights, size_t rows,
                       float* sums);

}  // namespace nmt::metrics

// The row loops of residual_norm.h over plain arrays of float, without LibTorch. One SIMD body is
// compiled for every instruction set and chosen at run time; it trusts its input.

#pragma once

#include <cstddef>
#include <cstdint>

namespace nmt::kernels {

/// `rows` rows of `size` numbers, side by side.
struct ResidualRows {
  size_t rows;
  size_t size;
  float alpha;
  float eps;
  double dropout;
  uint64_t dropout_seed;
  uint64_t first_element;  ///< Number of the first one in the whole mask; below 2³².
};

/// Writes `sum` (s), `out` (y) and, a number a row, `mean` (μ) and `inverse_deviation` (r).
void residual_norm_rows(const ResidualRows& rows, const float* x, const float* branch,
                        const float* gain, const float* bias, float* sum, float* out, float* mean,
                        float* inverse_deviation);

struct ResidualNormGradients {
  float* x;       ///< dx; null where it equals df.
  float* branch;  ///< df
  float* gain;    ///< dg [size]; added to.
  float* bias;    ///< db [size]; added to.
};

void residual_norm_rows_backward(const ResidualRows& rows, const float* grad_out, const float* sum,
                                 const float* mean, const float* inverse_deviation,
                                 const float* gain, const ResidualNormGradients& gradients);

}  // namespace nmt::kernels

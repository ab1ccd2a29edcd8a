// The row loops of residual_linear.h in front of the product, over plain arrays of float, without
// LibTorch. One SIMD body is compiled for every instruction set and chosen at run time; it trusts
// its input.

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
  uint64_t first_element;  ///< Number of the first one in the whole mask.
};

/// s = α x + M ∘ f
void residual_sum_rows(const ResidualRows& rows, const float* x, const float* branch, float* sum);

/// Writes n to `out` and, a number a row, μ and r.
void norm_rows(const ResidualRows& rows, const float* sum, const float* gain, const float* bias,
               float* out, float* mean, float* inverse_deviation);

/// Both in one pass: s to `sum`, n to `out`, μ and r.
void residual_norm_rows(const ResidualRows& rows, const float* x, const float* branch,
                        const float* gain, const float* bias, float* sum, float* out, float* mean,
                        float* inverse_deviation);

/// n once more, from what norm_rows wrote.
void norm_rows_again(const ResidualRows& rows, const float* sum, const float* mean,
                     const float* inverse_deviation, const float* gain, const float* bias,
                     float* out);

/// Gradients that the backward passes write; null: not wanted.
struct ResidualGradients {
  float* x;       ///< dx
  float* branch;  ///< df
};

/// dx and df of residual_sum_rows from ds = `grad_sum` + `grad_stream`; each of these may be null.
void residual_sum_rows_backward(const ResidualRows& rows, const float* grad_sum,
                                const float* grad_stream, const ResidualGradients& gradients);

struct NormGradients {
  float* gain;  ///< dg [size]; added to.
  float* bias;  ///< db [size]; added to.
};

/// What residual_norm_rows left, and the gradients that come back.
struct NormBackwardInputs {
  const float* sum;
  const float* mean;
  const float* inverse_deviation;
  const float* gain;
  const float* grad_out;     ///< dn
  const float* grad_out_2;   ///< Added to dn; may be null.
  const float* grad_stream;  ///< Added to ds; may be null.
};

void residual_norm_rows_backward(const ResidualRows& rows, const NormBackwardInputs& inputs,
                                 const ResidualGradients& gradients,
                                 const NormGradients& norm_gradients);

}  // namespace nmt::kernels

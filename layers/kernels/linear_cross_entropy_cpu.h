// The row pass of linear_cross_entropy.h over plain arrays of float, without LibTorch. One SIMD
// body is compiled for every instruction set and chosen at run time; it trusts its input.

#pragma once

#include <cstddef>
#include <cstdint>

namespace nmt::kernels {

/// Logits [rows, size] and what they are to predict.
struct CrossEntropyRows {
  size_t rows;
  size_t size;             ///< V
  float* logits;           ///< [rows, size]
  const int64_t* targets;  ///< [rows], in [0, size).
  double smoothing;        ///< ε
};

struct CrossEntropySums {
  double loss = 0.0;
  double nll = 0.0;
};

/// Adds the loss and nll of each row to `sums`, in nats. With `grad_bias` [size], also turns the
/// logits into the gradient p − q and adds its sum over rows; without (null) the logits are kept.
void cross_entropy_rows(const CrossEntropyRows& rows, float* grad_bias, CrossEntropySums& sums);

}  // namespace nmt::kernels

// Dropout of one call, and its mask as a tensor.
//
// Shape letters: B batch, H heads, T queries, S keys.

#pragma once

#include <torch/types.h>

#include "layers/kernels/attention_mask.h"

namespace nmt::kernels {

/// The same seed draws the same mask (dropout_mask.h), so that a backward pass can draw it again.
/// A call on some rows of a larger input draws their part of its mask: `first_row` says where they
/// stand there.
struct Dropout {
  double probability = 0.0;  ///< In [0, 1); 0: none.
  uint64_t seed = 0;
  int64_t first_row = 0;  ///< Number of row 0, a row being the last dimension, or a query.
};

/// The mask of `shape` [..., columns] in `dtype`: column c of row r, in the order of memory, draws
/// number (first_row + r) columns + c. The same values on every device.
torch::Tensor dropout_mask(torch::IntArrayRef shape, torch::Dtype dtype, const Dropout& dropout,
                           torch::Device device = torch::kCPU);

/// The mask of attention probabilities [B, H, T, S]: the valid queries of all sentences are
/// numbered one behind the other, and key s of query number n and head h draws number s of the row
/// dropout_row_seed(seed, (first_row + n) H + h). Ones in the rows of padding.
torch::Tensor attention_dropout_mask(const AttentionMask& mask, int64_t heads, torch::Dtype dtype,
                                     const Dropout& dropout);

/// One number from `generator`, for masks that are drawn from a seed.
uint64_t draw_seed(at::Generator& generator);

}  // namespace nmt::kernels

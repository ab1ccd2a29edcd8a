// Dropout of one call, and its mask as a tensor.

#pragma once

#include <torch/types.h>

namespace nmt::kernels {

/// The same seed draws the same mask (dropout_mask.h), so that a backward pass can draw it again.
struct Dropout {
  double probability = 0.0;  ///< In [0, 1); 0: none.
  uint64_t seed = 0;
};

/// The mask of `shape` in `dtype`; element i, in the order of memory, is number i. The same values
/// on every device.
torch::Tensor dropout_mask(torch::IntArrayRef shape, torch::Dtype dtype, const Dropout& dropout,
                           torch::Device device = torch::kCPU);

/// The mask [rows, columns] of attention probabilities: row r has the seed dropout_row_seed(seed,
/// r).
torch::Tensor row_dropout_mask(int64_t rows, int64_t columns, torch::Dtype dtype,
                               const Dropout& dropout);

/// One number from `generator`, for masks that are drawn from a seed.
uint64_t draw_seed(at::Generator& generator);

}  // namespace nmt::kernels

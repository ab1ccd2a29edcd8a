// Dropout masks as tensors.

#pragma once

#include <torch/torch.h>

namespace nmt::kernels {

/// A mask of `shape` in `dtype`: 0 with `probability` in [0, 1), else 1 / (1 − probability). Takes
/// one number from `generator`, which seeds the whole mask (dropout_mask.h).
torch::Tensor draw_dropout_mask(torch::IntArrayRef shape, double probability, torch::Dtype dtype,
                                at::Generator& generator);

/// The mask [rows, columns] of attention probabilities, whose rows are drawn one by one: row r from
/// dropout_row_seed(seed, r). Otherwise as above.
torch::Tensor draw_row_dropout_mask(int64_t rows, int64_t columns, double probability,
                                    torch::Dtype dtype, uint64_t seed);

/// One number from `generator`, for masks that are drawn from a seed.
uint64_t draw_seed(at::Generator& generator);

}  // namespace nmt::kernels

// Dropout masks as tensors.

#pragma once

#include <torch/torch.h>

namespace nmt::kernels {

/// A mask of `shape` in `dtype`: 0 with `probability` in [0, 1), else 1 / (1 − probability). Takes
/// one number from `generator`, which seeds the whole mask (dropout_mask.h).
torch::Tensor draw_dropout_mask(torch::IntArrayRef shape, double probability, torch::Dtype dtype,
                                at::Generator& generator);

}  // namespace nmt::kernels

// fill_dropout_mask() of dropout_mask.h on a CUDA device: the same values. dropout_mask_cuda.cu
// and, for a build without CUDA, dropout_mask_no_cuda.cpp are twins.

#pragma once

#include <cstdint>

namespace nmt::kernels {

/// Writes elements first .. first + count − 1 to `mask` in the device's memory, `count` below 2³²,
/// in the default stream. `probability` in [0, 1). Throws std::runtime_error if the device refuses.
void fill_dropout_mask_cuda(float* mask, int64_t count, double probability, uint64_t seed,
                            int64_t first);

}  // namespace nmt::kernels

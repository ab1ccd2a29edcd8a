// Sums of many tensors over the processes of a group, in few exchanges.

#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "nmt/distributed/communicator.h"

namespace nmt::distributed {

/// Numbers that are added up at once: 25 MiB of float32, where Gloo's rate has levelled off.
inline constexpr int64_t kBucketElements = 25 * (1 << 18);

/// Adds up each of `tensors` (contiguous, of one type) over the processes, in place, in their
/// order. Tensors smaller than `bucket` numbers share an exchange until it is full.
void sum_in_buckets(Communicator& team, const std::vector<torch::Tensor>& tensors,
                    int64_t bucket = kBucketElements);

}  // namespace nmt::distributed

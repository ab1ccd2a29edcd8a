// The fused attention on a CUDA device, the whole batch at once, without LibTorch. Functions work
// in the default stream, as LibTorch does, and return before the device is done; they throw
// std::runtime_error if it refuses.

#pragma once

#include <cstdint>

#include "layers/kernels/attention_backend.h"

namespace nmt::kernels {

/// Bytes of shared memory that a block asks for at head size K; 0 if K is larger than the kernels
/// take.
int64_t attention_shared_bytes(int64_t size);

/// Whether the kernels take head size K in a batch of B sentences on the current device. Its shared
/// memory decides: Turing's holds the tiles of 64, not those of 128. False without CUDA.
bool cuda_attention_takes(int64_t batch, int64_t size);

/// The forward pass.
void attend_cuda(const AttentionCall& call, const AttentionStatistics& statistics);

/// The backward pass, the same bits at every run.
void attend_backward_cuda(const AttentionCall& call, const AttentionGradients& gradients);

}  // namespace nmt::kernels

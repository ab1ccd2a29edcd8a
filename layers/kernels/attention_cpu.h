// The fused attention on the CPU, without LibTorch. One SIMD body is compiled for every instruction
// set and chosen at run time.

#pragma once

#include <cstdint>

#include "layers/kernels/attention_backend.h"

namespace nmt::kernels {

/// The forward pass of heads begin .. end − 1 of all sentences, head h of sentence b being number
/// b H + h. Memory: O((T + S) K).
void attend_cpu(const AttentionCall& call, const AttentionStatistics& statistics, int64_t begin,
                int64_t end);

/// The backward pass of these heads.
void attend_backward_cpu(const AttentionCall& call, const AttentionGradients& gradients,
                         int64_t begin, int64_t end);

}  // namespace nmt::kernels

// Dropout with its own random numbers, so that a run does not depend on a global generator or on
// how worker threads interleave.

#pragma once

#include <torch/types.h>

#include "layers/forward_context.h"
#include "layers/kernels/dropout.h"

namespace nmt::layers {

/// Dropout with `probability` and the next seed of the context's generator, on rows from the
/// context's first one on; none, and no seed taken, when probability is 0 or the context has no
/// generator.
kernels::Dropout next_dropout(double probability, const ForwardContext& context);

/// Zeroes each element of `x` [N, D], a row a position of the stream, with `probability` and
/// divides the rest by 1 − probability. Returns x itself when probability is 0 or the context has
/// no generator.
torch::Tensor dropout(const torch::Tensor& x, double probability, const ForwardContext& context);

}  // namespace nmt::layers

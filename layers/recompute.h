// Activation recomputation: a layer keeps what comes into it and nothing from within; the backward
// pass runs the layer once more, but for the product that it ends with, which no gradient reads. At
// most a third more time for memory that grows with depth by two tensors [N, D] a layer.
//
// The second run draws the same dropout masks, so that gradients have the same bits as without it.
//
// Source: Chen et al. 2016, arXiv:1604.06174.

#pragma once

#include <torch/types.h>

#include <functional>

#include "layers/forward_context.h"
#include "layers/sublayer.h"

namespace nmt::layers {

/// A layer's forward pass. Must own what it reads, as it is called again in the backward pass.
using LayerPass = std::function<void(ResidualStream& stream, const torch::Tensor& memory,
                                     const ForwardContext& context)>;

/// Runs `pass` as context.recompute says; `memory` may be undefined. The observer sees the first
/// run alone. With recomputation the result can be differentiated once.
void run_layer(const LayerPass& pass, ResidualStream& stream, const torch::Tensor& memory,
               const ForwardContext& context);

}  // namespace nmt::layers

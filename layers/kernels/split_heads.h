// Heads of a fused query-key-value product, and their gradients, without a copy.

#pragma once

#include <torch/types.h>

#include <vector>

namespace nmt::kernels {

/// The `parts` parts of product [..., parts · H · K], each a view [..., H, K] of it. The gradient
/// of the product is the buffer that holds those of the parts if they lie side by side in one, as
/// attention() writes them; else a copy. Differentiable any number of times.
std::vector<torch::Tensor> split_heads(const torch::Tensor& product, int64_t parts, int64_t heads);

/// Uninitialised tensors like `parts` [..., H, K], of one shape each or another. Neighbours that
/// lie side by side in one product do so here too.
std::vector<torch::Tensor> empty_like_parts(const std::vector<torch::Tensor>& parts);

}  // namespace nmt::kernels

// A linear layer of which only the gradient is wanted: what recomputation needs of the product that
// a layer ends with. The gradients of y = x Wᵀ + b
//
//     dx = dy W      dW = dyᵀ x      db = Σ dy
//
// read x and W but never y, so the product itself, a fourth to a third of a layer's forward pass,
// can be left out.
//
// Shape letters: N rows, I inputs, O outputs.

#pragma once

#include <torch/types.h>

namespace nmt::kernels {

/// A tensor [N, O] of NaN, so that who reads it finds out; its gradient reaches x [N, I],
/// weight [O, I] and bias [O] to the bit as through at::linear. Can be differentiated once. Throws
/// c10::Error if x is not a matrix.
torch::Tensor linear_graph(const torch::Tensor& x, const torch::Tensor& weight,
                           const torch::Tensor& bias);

}  // namespace nmt::kernels

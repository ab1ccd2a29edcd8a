// The first half of a feed-forward sublayer: product, bias, ReLU and dropout.
//
//     y = M ∘ max(0, x Wᵀ + b)
//
// with M the dropout mask (dropout_mask.h). Behind the product there is one pass over y forward,
// and one over its gradient backward: y > 0 exactly where the unit is on and was kept, so that
// neither the mask nor the input of the ReLU is needed again,
//
//     dh = [y > 0] dy / (1 − p)      db = Σ dh      dx = dh W      dW = dhᵀ x
//
// Shape letters: I inputs, O outputs, `...` any leading dimensions.

#pragma once

#include <torch/torch.h>

#include "layers/kernels/dropout.h"

namespace nmt::kernels {

struct LinearReluInputs {
  torch::Tensor x;       ///< [..., I]
  torch::Tensor weight;  ///< [O, I]
  torch::Tensor bias;    ///< [O]
  Dropout dropout = {};  ///< Element i of y draws number i.
};

/// y [..., O]; fused for float32 on the CPU, else linear_relu_reference(). The same bits for any
/// number of threads as far as LibTorch's products allow. Can be differentiated once: a graph of
/// its gradient is refused. Throws c10::Error if shapes disagree.
torch::Tensor linear_relu(const LinearReluInputs& inputs);

/// The same in plain LibTorch, differentiable any number of times.
torch::Tensor linear_relu_reference(const LinearReluInputs& inputs);

}  // namespace nmt::kernels

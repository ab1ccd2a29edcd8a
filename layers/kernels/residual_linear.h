// What lies between two sublayers, as one operation: the end of the first (dropout of its branch,
// skip path, layer norm) and the first product of the second.
//
//     s = α x + M ∘ f        n = g ∘ (s − μ) / √(σ² + ε) + b        y = n Wᵀ + c
//                                                              or   y = M' ∘ max(0, n Wᵀ + c)
//
// with M, M' dropout masks (dropout_mask.h), μ and σ² the mean and variance of the D numbers of a
// row. Without a norm n = s; without a branch s = x; without a product y = n. What goes on along
// the skip path is s (norm before the branch, or none) or n (norm after the sum).
//
// Kept for the backward pass are s, two numbers a row, and y if it went through the ReLU; n is
// computed again and masks are drawn again. With dn = dh W, dh the gradient in front of the ReLU
// ([y > 0] dy / (1 − p'), since y > 0 exactly where the unit is on and was kept), r = 1/√(σ² + ε),
// ŝ = r (s − μ) and a = g ∘ dn:
//
//     dW = dhᵀ n      dc = Σ dh      dg = Σ dn ∘ ŝ      db = Σ dn
//     ds = r (a − mean(a) − ŝ mean(a ∘ ŝ))      dx = α ds      df = M ∘ ds
//
// The gradient of the skip path joins ds, or dn if what goes on is n.
//
// Sources: Ba et al. 2016, arXiv:1607.06450 (layer norm); Wang et al. 2022, arXiv:2203.00555 (α).
//
// Shape letters: D model, O outputs, `...` any leading dimensions.

#pragma once

#include <torch/types.h>

#include "layers/kernels/dropout.h"

namespace nmt::kernels {

struct ResidualInputs {
  torch::Tensor x;            ///< [..., D], the skip path.
  torch::Tensor branch = {};  ///< Shape and dtype of x; undefined: nothing to add.
  double alpha = 1.0;         ///< Of the skip path, if there is a branch.
  Dropout dropout = {};       ///< On the branch (dropout_mask()).
};

struct NormInputs {
  torch::Tensor gain = {};  ///< [D]; undefined: no norm.
  torch::Tensor bias = {};  ///< [D]
  double eps = 1e-5;
};

struct LinearInputs {
  torch::Tensor weight = {};  ///< [O, D]; undefined: no product.
  torch::Tensor bias = {};    ///< [O]
  bool relu = false;          ///< Whether ReLU and dropout follow.
  Dropout dropout = {};       ///< On y.
};

struct ResidualLinearInputs {
  ResidualInputs residual;
  NormInputs norm = {};
  LinearInputs linear = {};
  bool normed_stream = false;  ///< Whether n goes on along the skip path, not s.
};

struct ResidualLinearOutputs {
  torch::Tensor y;       ///< [..., O], or n [..., D] without a product.
  torch::Tensor stream;  ///< s or n [..., D]; undefined without a product.
};

/// Fused for float32 on the CPU, else residual_linear_reference(). The same bits for any number of
/// threads as far as LibTorch's products allow. Can be differentiated once: a graph of its gradient
/// is refused. Throws c10::Error, naming the argument, if shapes disagree.
ResidualLinearOutputs residual_linear(const ResidualLinearInputs& inputs);

/// The same in plain LibTorch, any floating dtype, differentiable any number of times.
ResidualLinearOutputs residual_linear_reference(const ResidualLinearInputs& inputs);

}  // namespace nmt::kernels

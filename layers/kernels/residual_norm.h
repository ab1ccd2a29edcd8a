// The end of a sublayer in one pass over memory: dropout of the branch, skip path, layer norm.
//
//     s = α x + M ∘ f        y = g ∘ (s − μ) / √(σ² + ε) + b
//
// with M the dropout mask (dropout_mask.h), μ and σ² the mean and variance of the D numbers of a
// row. Backward, with r = 1/√(σ² + ε), ŝ = r (s − μ) and a = g ∘ dy:
//
//     ds = r (a − mean(a) − ŝ mean(a ∘ ŝ))
//     dx = α ds        df = M ∘ ds        dg = Σ dy ∘ ŝ        db = Σ dy
//
// Sources: Ba et al. 2016, arXiv:1607.06450 (layer norm); Wang et al. 2022, arXiv:2203.00555 (α).
//
// Shape letters: D model, `...` any leading dimensions.

#pragma once

#include <torch/torch.h>

#include "layers/kernels/dropout.h"

namespace nmt::kernels {

struct ResidualInputs {
  torch::Tensor x;       ///< [..., D], the skip path.
  torch::Tensor branch;  ///< Shape and dtype of x.
  double alpha = 1.0;    ///< Of the skip path.
  Dropout dropout = {};  ///< On the branch; element i of it draws number i.
};

struct LayerNormInputs {
  torch::Tensor gain;  ///< [D]
  torch::Tensor bias;  ///< [D]
  double eps = 1e-5;
};

/// y [..., D]. One pass forward and one backward for float32 on the CPU, else
/// residual_norm_reference(). Keeps s, not the mask. The same bits for any number of threads. Can
/// be differentiated once: a graph of its gradient is refused. Throws c10::Error if shapes
/// disagree.
torch::Tensor residual_norm(const ResidualInputs& residual, const LayerNormInputs& norm);

/// The same in plain LibTorch, differentiable any number of times.
torch::Tensor residual_norm_reference(const ResidualInputs& residual, const LayerNormInputs& norm);

/// s alone, in plain LibTorch: without a norm behind it there is little to gain.
torch::Tensor residual_sum(const ResidualInputs& residual);

}  // namespace nmt::kernels

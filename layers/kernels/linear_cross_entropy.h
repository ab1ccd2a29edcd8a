// The last layer and its loss: output projection, softmax and cross-entropy against a target
// smoothed over the whole vocabulary.
//
//     z = x Wᵀ + b     p = softmax(z)     q = (1 − ε) δ_y + ε/V
//     loss = −Σ_v q_v ln p_v              nll = −ln p_y           (sums over the N rows, nats)
//
// The fused form works a few hundred rows at a time in one buffer of logits, and turns them where
// they stand into the gradient, which is then multiplied out at once:
//
//     dz = p − q      dx = dz W      dW = Σ dzᵀ x      db = Σ dz
//
// so that no matrix [N, V] exists and no logit is computed twice. All this happens in the forward
// pass; what remains of the backward pass is a multiplication by the gradient of the loss.
//
// Sources: Szegedy et al. 2016, arXiv:1512.00567, section 7 (smoothing; the value for p = q is not
// subtracted); Hsu et al. 2024, arXiv:2410.10989 (gradients in the forward pass).
//
// Shape letters: N target pieces, D model, V vocabulary.

#pragma once

#include <torch/types.h>

namespace nmt::kernels {

struct LinearCrossEntropyInputs {
  torch::Tensor x;         ///< [N, D]
  torch::Tensor weight;    ///< W [V, D]
  torch::Tensor bias;      ///< b [V]
  torch::Tensor targets;   ///< y [N] int64 in [0, V).
  double smoothing = 0.0;  ///< ε in [0, 1).
};

/// Sums over the N rows, in nats; 0 without rows.
struct LossSums {
  torch::Tensor loss;  ///< [], smoothed; differentiable in x, weight and bias.
  torch::Tensor nll;   ///< [], without smoothing; no gradient.
};

/// Both sums in the dtype of x; fused for float32 on the CPU, else
/// linear_cross_entropy_reference(). A row with a logit that is infinite or no number makes the
/// loss infinite or NaN. The same bits for any number of threads as far as LibTorch's products
/// allow. The fused form can be differentiated once: a graph of its gradient is refused.
/// Throws c10::Error, naming the argument, if shapes disagree or a target or ε is out of range.
LossSums linear_cross_entropy(const LinearCrossEntropyInputs& inputs);

/// The same in plain LibTorch: any floating dtype, differentiable any number of times, O(N V)
/// memory.
LossSums linear_cross_entropy_reference(const LinearCrossEntropyInputs& inputs);

}  // namespace nmt::kernels

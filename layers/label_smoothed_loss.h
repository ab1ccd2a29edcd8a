// Cross-entropy against a target smoothed over the whole vocabulary.
//
//     q = (1 − ε) δ_y + ε/V        loss = −Σ_v q_v ln p_v        nll = −ln p_y
//
// Source: Szegedy et al. 2016, arXiv:1512.00567, section 7. The value for p = q is not subtracted.
//
// Shape letters: N target pieces, V vocabulary.

#pragma once

#include <torch/torch.h>

namespace nmt::layers {

/// Sums over the N pieces, in nats.
struct LossSums {
  torch::Tensor loss;  ///< [], smoothed; differentiable in the logits.
  torch::Tensor nll;   ///< [], without smoothing; no gradient.
};

/// `logits` [N, V], `targets` [N] int64 in [0, V), `smoothing` ε in [0, 1).
LossSums label_smoothed_loss(const torch::Tensor& logits, const torch::Tensor& targets,
                             double smoothing);

}  // namespace nmt::layers

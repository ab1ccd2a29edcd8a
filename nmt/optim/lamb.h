// LAMB: Adam's direction, scaled for each parameter so that a step is η times the parameter's norm.
//
//     m ← β₁ m + (1−β₁) g            v ← β₂ v + (1−β₂) g²
//     r = m̂ / (√v̂ + ε) + λ θ         m̂ = m / (1−β₁ᵗ), v̂ = v / (1−β₂ᵗ)
//     θ ← θ − η (‖θ‖ / ‖r‖) r
//
// with norms over the whole parameter, g its gradient (times the scale of clipping), η the learning
// rate and λ the weight decay; the paper's φ is the identity. Where ‖θ‖ or ‖r‖ is 0, the factor is
// 1; so it is, with λ = 0, for parameters without `decays` (γ, biases, norms), which then follow
// Adam.
//
// Source: You et al., "Large Batch Optimization for Deep Learning: Training BERT in 76 minutes",
// ICLR 2020, arXiv:1904.00962, algorithm 2.

#pragma once

#include "nmt/optim/elementwise_optimizer.h"

namespace nmt::optim {

/// State: exp_avg (m), exp_avg_sq (v).
class Lamb : public ElementwiseOptimizer {
 public:
  explicit Lamb(const config::OptimizationConfig& config,
                ParallelFor parallel_for = in_torch_threads)
      : ElementwiseOptimizer(config, {"exp_avg", "exp_avg_sq"}, std::move(parallel_for)) {}

  void update_tensors(const UpdateNumbers& numbers, const ParameterTensors& tensors) const override;

 protected:
  void update_arrays(const UpdateNumbers& numbers, const ElementWalk& walk,
                     size_t parameters) const override;
};

}  // namespace nmt::optim

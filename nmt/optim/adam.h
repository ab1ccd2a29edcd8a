// Adam, with decoupled weight decay if asked for (then it is AdamW).
//
//     m ← β₁ m + (1−β₁) g            v ← β₂ v + (1−β₂) g²
//     m̂ = m / (1−β₁ᵗ)                v̂ = v / (1−β₂ᵗ)
//     θ ← θ − η λ θ − η m̂ / (√v̂ + ε)
//
// with g the gradient (times the scale of clipping), η the learning rate, λ the weight decay and t
// the update, from 1. ε is added to the root of the corrected second moment, as in algorithm 1 of
// the paper.
//
// Sources: Kingma and Ba, "Adam", ICLR 2015, arXiv:1412.6980, algorithm 1; Loshchilov and Hutter,
// "Decoupled Weight Decay Regularization", ICLR 2019, arXiv:1711.05101, algorithm 2 (with η as the
// schedule multiplier).

#pragma once

#include "nmt/optim/elementwise_optimizer.h"

namespace nmt::optim {

/// State: exp_avg (m), exp_avg_sq (v).
class Adam : public ElementwiseOptimizer {
 public:
  explicit Adam(const config::OptimizationConfig& config,
                ParallelFor parallel_for = in_torch_threads)
      : ElementwiseOptimizer(config, {"exp_avg", "exp_avg_sq"}, std::move(parallel_for)) {}

  void update_tensors(const UpdateNumbers& numbers, const ParameterTensors& tensors) const override;
  void update_all_tensors(const UpdateNumbers& numbers,
                          std::span<const ParameterTensors> all) const override;

 protected:
  void update_arrays(const UpdateNumbers& numbers, const ElementWalk& walk,
                     size_t parameters) const override;
};

}  // namespace nmt::optim

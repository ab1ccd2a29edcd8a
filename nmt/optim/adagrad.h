// Adagrad: each element's rate falls with the root of all its squared gradients so far.
//
//     s ← s + g²            θ ← θ − η λ θ − η g / (√s + ε)
//
// with g the gradient (times the scale of clipping), η the learning rate and λ the (decoupled)
// weight decay. s starts at 0, so the first step moves every element by about η.
//
// Source: Duchi, Hazan and Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic
// Optimization", JMLR 12 (2011), the diagonal form of section 1.1; ε outside the root as in
// PyTorch.

#pragma once

#include "nmt/optim/elementwise_optimizer.h"

namespace nmt::optim {

/// State: sum (s).
class Adagrad : public ElementwiseOptimizer {
 public:
  explicit Adagrad(const config::OptimizationConfig& config,
                   ParallelFor parallel_for = in_torch_threads)
      : ElementwiseOptimizer(config, {"sum"}, std::move(parallel_for)) {}

  void update_tensors(const UpdateNumbers& numbers, const ParameterTensors& tensors) const override;

 protected:
  void update_arrays(const UpdateNumbers& numbers, const ElementWalk& walk,
                     size_t parameters) const override;
};

}  // namespace nmt::optim

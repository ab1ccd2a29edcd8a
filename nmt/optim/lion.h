// Lion: every element moves by the learning rate, in the direction of the sign of a mean gradient.
//
//     c = β₁ m + (1−β₁) g            θ ← θ − η λ θ − η sign(c)            m ← β₂ m + (1−β₂) g
//
// with g the gradient (times the scale of clipping), η the learning rate and λ the (decoupled)
// weight decay; sign(0) = 0. As every element moves by η, Lion wants an η 3 to 10 times smaller
// than Adam's, and a λ larger by as much (section 5 of the paper).
//
// Source: Chen et al., "Symbolic Discovery of Optimization Algorithms", NeurIPS 2023,
// arXiv:2302.06675, algorithm 2.

#pragma once

#include "nmt/optim/elementwise_optimizer.h"

namespace nmt::optim {

/// State: exp_avg (m).
class Lion : public ElementwiseOptimizer {
 public:
  explicit Lion(const config::OptimizationConfig& config,
                ParallelFor parallel_for = in_torch_threads)
      : ElementwiseOptimizer(config, {"exp_avg"}, std::move(parallel_for)) {}

  void update_tensors(const UpdateNumbers& numbers, const ParameterTensors& tensors) const override;

 protected:
  void update_arrays(const UpdateNumbers& numbers, const ElementWalk& walk,
                     size_t parameters) const override;
};

}  // namespace nmt::optim

// Stochastic gradient descent, with momentum if asked for, and decoupled weight decay.
//
//     b ← μ b + g            d = b            Nesterov:  d = g + μ b
//     θ ← θ − η λ θ − η d
//
// with g the gradient (times the scale of clipping), η the learning rate, μ the momentum and λ the
// weight decay. Without momentum d = g, and decoupled weight decay is the usual L2 term.
//
// Sources: Polyak 1964 (momentum); Sutskever et al., "On the importance of initialization and
// momentum in deep learning", ICML 2013, section 2 (Nesterov's, here in PyTorch's form, with η
// outside b); Loshchilov and Hutter, arXiv:1711.05101, algorithm 1 (decoupled weight decay).

#pragma once

#include "nmt/optim/elementwise_optimizer.h"

namespace nmt::optim {

/// State: momentum_buffer (b), unless momentum is 0.
class Sgd : public ElementwiseOptimizer {
 public:
  explicit Sgd(const config::OptimizationConfig& config,
               ParallelFor parallel_for = in_torch_threads);

  void update_tensors(const UpdateNumbers& numbers, const ParameterTensors& tensors) const override;

 protected:
  void update_arrays(const UpdateNumbers& numbers, const ElementWalk& walk,
                     size_t parameters) const override;
};

}  // namespace nmt::optim

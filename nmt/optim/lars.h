// LARS: gradient descent with momentum whose rate is scaled for each parameter, so that a step is
// as long in proportion to the parameter everywhere.
//
//     q = κ ‖θ‖ / (‖g‖ + λ ‖θ‖)            b ← μ b + η q (g + λ θ)            θ ← θ − b
//
// with norms over the whole parameter, g its gradient (times the scale of clipping), η the learning
// rate, κ the trust coefficient, μ the momentum and λ the weight decay, which is inside the
// gradient here. Where ‖θ‖ or ‖g‖ is 0, q = 1; so it is, with λ = 0, for parameters without
// `decays` (γ, biases, norms), which are usually left out.
//
// Source: You, Gitman and Ginsburg, "Large Batch Training of Convolutional Networks", 2017,
// arXiv:1708.03888, equation 6 and algorithm 1.

#pragma once

#include "nmt/optim/elementwise_optimizer.h"

namespace nmt::optim {

/// State: momentum_buffer (b), which has the learning rate in it.
class Lars : public ElementwiseOptimizer {
 public:
  explicit Lars(const config::OptimizationConfig& config,
                ParallelFor parallel_for = in_torch_threads)
      : ElementwiseOptimizer(config, {"momentum_buffer"}, std::move(parallel_for)) {}

  void update_tensors(const UpdateNumbers& numbers, const ParameterTensors& tensors) const override;

 protected:
  void update_arrays(const UpdateNumbers& numbers, const ElementWalk& walk,
                     size_t parameters) const override;
};

}  // namespace nmt::optim

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

#include <array>

#include "nmt/config/training_config.h"
#include "nmt/optim/elements.h"

namespace nmt::optim {

struct Lars {
  /// b, which has the learning rate in it.
  static constexpr std::array kState = {"momentum_buffer"};

  /// q of a parameter that decays, from the norms of θ and g.
  static double trust_ratio(const config::OptimizationConfig& config, double value_norm,
                            double gradient_norm) {
    if (value_norm == 0.0 || gradient_norm == 0.0) return 1.0;
    return config.trust_coefficient * value_norm /
           (gradient_norm + config.weight_decay * value_norm);
  }

  template <class X>
  static void update(const Coefficients& c, const X& g, X& value, X& b) {
    const X pull = g + c.decay * value;
    b = c.momentum * b + c.rate * pull;
    value = value - b;
  }
};

}  // namespace nmt::optim

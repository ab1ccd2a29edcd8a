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

#include <array>
#include <cmath>

#include "nmt/config/training_config.h"
#include "nmt/optim/elements.h"

namespace nmt::optim {

struct Lamb {
  static constexpr std::array kState = {"exp_avg", "exp_avg_sq"};

  /// ‖θ‖ / ‖r‖ of a parameter that decays.
  static double trust_ratio(const config::OptimizationConfig&, double value_norm,
                            double direction_norm) {
    return value_norm == 0.0 || direction_norm == 0.0 ? 1.0 : value_norm / direction_norm;
  }

  /// The first half of the update: m, v, and r for its norm.
  template <class X>
  static X direction(const Coefficients& c, const X& g, const X& value, X& m, X& v) {
    m = c.beta1 * m + c.one_minus_beta1 * g;
    v = c.beta2 * v + c.one_minus_beta2 * (g * g);
    return r(c, value, m, v);
  }

  /// The second half.
  template <class X>
  static void update(const Coefficients& c, const X& /*g*/, X& value, X& m, X& v) {
    value = value - c.rate * r(c, value, m, v);
  }

 private:
  template <class X>
  static X r(const Coefficients& c, const X& value, const X& m, const X& v) {
    using std::sqrt;
    return (c.mean_scale * m) / (sqrt(v) * c.root_scale + c.eps) + c.decay * value;
  }
};

}  // namespace nmt::optim

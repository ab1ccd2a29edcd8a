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

#include <array>
#include <cmath>

#include "nmt/optim/elements.h"

namespace nmt::optim {

struct Adam {
  static constexpr std::array kState = {"exp_avg", "exp_avg_sq"};

  template <class X>
  static void update(const Coefficients& c, const X& g, X& value, X& m, X& v) {
    using std::sqrt;
    m = c.beta1 * m + c.one_minus_beta1 * g;
    v = c.beta2 * v + c.one_minus_beta2 * (g * g);
    value = c.keep * value - (c.step_size * m) / (sqrt(v) * c.root_scale + c.eps);
  }
};

}  // namespace nmt::optim

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

#include <array>

#include "nmt/optim/elements.h"

namespace nmt::optim {

struct Lion {
  static constexpr std::array kState = {"exp_avg"};

  template <class X>
  static void update(const Coefficients& c, const X& g, X& value, X& m) {
    const X blend = c.beta1 * m + c.one_minus_beta1 * g;
    m = c.beta2 * m + c.one_minus_beta2 * g;
    value = c.keep * value - c.rate * sign(blend);
  }
};

}  // namespace nmt::optim

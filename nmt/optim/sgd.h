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

#include <array>

#include "nmt/optim/elements.h"

namespace nmt::optim {

/// Without momentum: no state.
struct PlainSgd {
  static constexpr std::array<const char*, 0> kState = {};

  template <class X>
  static void update(const Coefficients& c, const X& g, X& value) {
    value = c.keep * value - c.rate * g;
  }
};

struct MomentumSgd {
  static constexpr std::array kState = {"momentum_buffer"};

  template <class X>
  static void update(const Coefficients& c, const X& g, X& value, X& b) {
    b = c.momentum * b + g;
    if (c.nesterov) {
      const X d = g + c.momentum * b;
      value = c.keep * value - c.rate * d;
    } else {
      value = c.keep * value - c.rate * b;
    }
  }
};

}  // namespace nmt::optim

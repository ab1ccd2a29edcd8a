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

#include <array>
#include <cmath>

#include "nmt/optim/elements.h"

namespace nmt::optim {

struct Adagrad {
  static constexpr std::array kState = {"sum"};

  template <class X>
  static void update(const Coefficients& c, const X& g, X& value, X& s) {
    using std::sqrt;
    s = s + g * g;
    value = c.keep * value - (c.rate * g) / (sqrt(s) + c.eps);
  }
};

}  // namespace nmt::optim

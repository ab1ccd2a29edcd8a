// What an optimizer divides its step by, element by element: the P of preconditioned sharpness
// (nmt/stability/sharpness.h). Without momentum its step is −η P^(−1) g.
//
//     adam, adamw    √v̂ + ε           v̂ the second moment with its bias corrected
//     lamb           (√v̂ + ε) / q     q = ‖θ‖/‖r‖ of each parameter that decays, as at this update
//     adagrad        √s + ε           s the sum of squared gradients
//     others         none: lion takes signs, sgd and lars multiply by numbers
//
// Decoupled weight decay is no part of it. Sources: those of the optimizers; for preconditioned
// sharpness Cohen et al. 2022, arXiv:2207.14484.

#pragma once

#include <torch/types.h>

#include <string>
#include <vector>

#include "nmt/optim/optimizer.h"

namespace nmt::optim {

struct Preconditioner {
  torch::Tensor diagonal;  ///< P of all parameters, one behind the other, [n] float64; undefined:
                           ///< there is none.
  std::string meaning;     ///< What P is, or why there is none; a phrase.
};

/// Of the optimizer that `config` names with its `state`, for `parameters` in their order, whose
/// gradients do not matter. There is none before the first update.
Preconditioner preconditioner(const config::OptimizationConfig& config,
                              const std::vector<Parameter>& parameters, const NamedTensors& state);

}  // namespace nmt::optim

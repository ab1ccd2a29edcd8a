// Clipping by the global norm: all gradients are scaled by the same factor, so that their joint
// Euclidean norm is at most a limit.
//
//     n = √(Σ g²) over every element of every gradient          g ← g · min(1, limit / n)
//
// Source: Pascanu et al. 2013, arXiv:1211.5063, algorithm 1.

#pragma once

#include <vector>

#include "nmt/optim/optimizer.h"

namespace nmt::optim {

/// n, summed in float64 in an order that does not depend on the number of threads. Infinity or NaN
/// if a gradient has such an element. Undefined gradients count as 0.
double gradient_norm(const std::vector<Parameter>& parameters);

/// Scales the gradients in place if n is above `limit` and finite; `limit` 0 means no clipping.
/// Returns n before clipping, whatever it is.
double clip_gradients(std::vector<Parameter>& parameters, double limit);

}  // namespace nmt::optim

// Clipping by the global norm: all gradients are scaled by the same factor, so that their joint
// Euclidean norm is at most a limit.
//
//     n = √(Σ g²) over every element of every gradient          g ← g · min(1, limit / n)
//
// The squares are summed where a gradient has its last value anyway, and no gradient is written:
// the optimizer multiplies by the factor as it reads them (optimizer.h).
//
// Source: Pascanu et al. 2013, arXiv:1211.5063, algorithm 1.

#pragma once

#include <torch/types.h>

namespace nmt::optim {

/// Σ g² of one gradient, summed in float64 in a fixed order; infinity or NaN if an element is. 0 if
/// `gradient` is undefined.
double squared_norm(const torch::Tensor& gradient);

/// sum ← sum + added, in place, of one shape; returns squared_norm of the new sum. In one pass.
double add_gradient(torch::Tensor& sum, const torch::Tensor& added);

/// The Euclidean norm of `gradients` together, all on one device, with one wait for it.
double norm_on_device(at::TensorList gradients);

/// The factor for gradients of global norm `norm`: 1 if that is not above `limit` or not finite;
/// `limit` 0 means no clipping.
double clip_scale(double norm, double limit);

}  // namespace nmt::optim

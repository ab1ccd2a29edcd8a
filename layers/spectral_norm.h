// The largest singular value of a matrix and its singular vectors.
//
//     σ(W) = max |W v| over unit v;   at the maximum  W v = σ u,  Wᵀ u = σ v
//
// Sources: Golub & Kahan 1965 (bidiagonalisation); power iteration as in Miyato et al. 2018,
// arXiv:1802.05957, section 2.1.
//
// Shape letters: O rows, I columns.

#pragma once

#include <torch/types.h>

namespace nmt::layers {

/// One singular triple of W [O, I]: unit vectors u, v with W v = value · u.
struct SingularTriple {
  double value;
  torch::Tensor left;   ///< u [O], float32.
  torch::Tensor right;  ///< v [I], float32.
};

/// The largest singular triple of `matrix` [O, I], to about 1e-7 of its value: by a singular value
/// decomposition when small, else by Lanczos iteration on the Gram matrix; in float64.
/// Throws c10::Error if `matrix` is not a matrix. Not differentiable.
SingularTriple top_singular_triple(const torch::Tensor& matrix);

/// σ(W) from all singular values in float64: the oracle of tests and reports.
double exact_spectral_norm(const torch::Tensor& matrix);

/// One power-iteration step from `right` [I]: v ← Wᵀ(W v) / |Wᵀ(W v)|, in place.
/// A zero matrix leaves `right` as it is.
void power_iteration_step(const torch::Tensor& matrix, torch::Tensor& right);

}  // namespace nmt::layers

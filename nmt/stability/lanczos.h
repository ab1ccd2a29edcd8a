// The largest eigenvalue of a symmetric matrix that is known by its products with vectors alone.
//
//     A q_j = β_(j−1) q_(j−1) + α_j q_j + β_j q_(j+1)         T_k = tridiag(α_1..k, β_1..k−1)
//
// The largest eigenvalue θ of T_k, with unit eigenvector s, approaches that of A from below, and A
// has an eigenvalue within |β_k s_k| of θ. Every new q is made orthogonal to all former ones,
// twice: without that, rounding lets copies of converged eigenvectors come back.
//
// Sources: Lanczos 1950; Golub and Van Loan, "Matrix Computations", 4th edition, section 10.1
// (residual: theorem 10.1.2; complete reorthogonalisation: 10.3.3).

#pragma once

#include <torch/types.h>

#include <cstdint>
#include <functional>

namespace nmt::stability {

/// A v for a vector v [n], of v's dtype.
using SymmetricProduct = std::function<torch::Tensor(const torch::Tensor& v)>;

struct LanczosOptions {
  int64_t max_iterations = 30;  ///< Products with A, at least 1; there are never more than n.
  double tolerance = 1e-3;      ///< Ends when the relative residual is below it.
  uint64_t seed = 1;            ///< Of the first vector.
};

struct TopEigenvalue {
  double value = 0.0;      ///< θ, the largest in the algebraic sense; NaN if A v was not finite.
  double residual = 0.0;   ///< |β_k s_k| / |θ|; 0 once the whole space of the start was searched.
  int64_t iterations = 0;  ///< k.
};

struct TopEigenpair {
  double value = 0.0;    ///< θ; NaN if A v was not finite.
  torch::Tensor vector;  ///< Unit, of the start's dtype; undefined with NaN.
};

/// The largest eigenvalue and its vector from a start of one's own, few products away if that is
/// near: `start` [n], of any length but 0, float32 or float64, with a share of that vector. For
/// matrices of moderate size: the basis is one tensor on the start's device, which is waited for
/// twice a product. Ends after `max_iterations` products, or once |A x − θ x| <= tolerance · θ.
TopEigenpair top_eigenpair(const SymmetricProduct& product, const torch::Tensor& start,
                           int64_t max_iterations, double tolerance);

/// The largest eigenvalue of A [n, n], n >= 1. Vectors are of `dtype` (float32 or float64), α and β
/// float64. Holds max_iterations vectors of n numbers. The same arguments give the same bits.
TopEigenvalue largest_eigenvalue(const SymmetricProduct& product, int64_t n, torch::Dtype dtype,
                                 const LanczosOptions& options);

}  // namespace nmt::stability

// Spectral norms of the first n rows of a matrix, for several n, from above.
//
//     ‖X_1..n‖² = λ_max(X_1..n X_1..nᵀ) = λ_max(X_1..nᵀ X_1..n)
//
// The smaller of the two Gram matrices G is taken. The one of rows is a corner of that of all rows;
// the one of columns grows by the rows that are new. Lanczos, from what it found for the n before,
// gives θ <= λ_max. Whether c = (1 + 1e-5) θ is an upper bound is then no matter of trust in its
// convergence: c I − G has a Cholesky factor if and only if c > λ_max. Where it has none all
// eigenvalues are computed.
//
// Sources: Lanczos as in lanczos.h; the Cholesky factor as a test of definiteness: Golub and Van
// Loan, "Matrix Computations", 4th edition, section 4.2.
//
// Shape letters: N rows, D columns.

#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace nmt::stability {

/// By how much a norm of prefix_norms() is above the exact one at most, relatively.
inline constexpr double kPrefixNormExcess = 1e-5;

/// Upper bounds of ‖X_1..n‖ for each n of `prefixes`, which rise, from 1 to N; `rows` is X [N, D],
/// float64. Not below the exact norm (but for an error of rounding far below what is added), and
/// not above it by more than kPrefixNormExcess. NaN where a row that counts is not finite.
std::vector<double> prefix_norms(const torch::Tensor& rows, const std::vector<int64_t>& prefixes);

}  // namespace nmt::stability

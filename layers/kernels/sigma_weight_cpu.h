// The loops of sigma_weight.h over plain arrays of float, without LibTorch. One SIMD body is
// compiled for every instruction set and chosen at run time; it trusts its input.

#pragma once

#include <cstddef>

namespace nmt::kernels {

/// A matrix W of `rows` rows of `columns` numbers, side by side.
struct MatrixRows {
  const float* data;
  size_t rows;
  size_t columns;
};

/// image += Wᵀ (W v) [columns]. A row is multiplied and added on while it is in the caches.
void add_gram_product(const MatrixRows& w, const float* v, float* image);

/// image ← W v [rows].
void multiply(const MatrixRows& w, const float* v, float* image);

/// Σ x², in float64.
double sum_of_squares(const float* x, size_t count);

/// Σ x y; stretches of some thousand numbers in float32, their sums in float64.
double dot(const float* x, const float* y, size_t count);

/// to ← factor · from; may be the same array.
void scale(const float* from, size_t count, float factor, float* to);

/// A ← factor · A + outer · u vᵀ, with A [rows, columns].
void scale_and_add_outer_product(float* a, size_t rows, size_t columns, float factor, float outer,
                                 const float* u, const float* v);

}  // namespace nmt::kernels

// The arithmetic of one Adam update over plain arrays (formulas in adam.h). No LibTorch, one SIMD
// body for every instruction set, chosen at run time. Every operation is rounded by itself, in the
// order
//
//     g = s · gradient      m ← (β₁ · m) + ((1−β₁) · g)      v ← (β₂ · v) + ((1−β₂) · (g · g))
//     θ ← (keep · θ) − ((step_size · m) / ((√v · root_scale) + ε))
//
// so that the result is the same on every machine.

#pragma once

#include <cstdint>

namespace nmt::optim {

/// The numbers of one update, worked out in double and rounded once.
struct AdamCoefficients {
  float gradient_scale = 1.0f;  ///< s, of clipping.
  float keep = 1.0f;            ///< 1 − ηλ, what weight decay leaves of θ.
  float beta1 = 0.0f;           ///< β₁
  float one_minus_beta1 = 1.0f;
  float beta2 = 0.0f;  ///< β₂
  float one_minus_beta2 = 1.0f;
  float step_size = 0.0f;   ///< η / (1−β₁ᵗ)
  float root_scale = 1.0f;  ///< 1 / √(1−β₂ᵗ), so that √v̂ = root_scale · √v
  float eps = 0.0f;         ///< ε
};

/// Updates `count` elements of value, first (m) and second (v) in place from gradient. The arrays
/// do not overlap; each element is computed alone.
void adam_update(float* value, const float* gradient, float* first, float* second, int64_t count,
                 const AdamCoefficients& coefficients);

}  // namespace nmt::optim

// γ/σ, by which a weight is scaled, where it can be told from 0 and ∞; on a CPU and on a GPU.
//
// A norm that has overflowed would give a factor of 0 and so a weight of 0: a layer that is gone,
// in a run that looks healthy. A NaN instead reaches the loss, where everybody looks.

#pragma once

#include <limits>

namespace nmt::kernels {

/// Whether `x` is neither 0, nor so small that arithmetic may take it for 0, nor infinite, nor NaN.
constexpr bool is_normal(float x) {
  const float size = x < 0.0f ? -x : x;
  return size >= std::numeric_limits<float>::min() && size <= std::numeric_limits<float>::max();
}

/// γ/σ for float32 weights: NaN where 1/σ or the quotient is not normal, unless γ is 0, which gives
/// 0.
constexpr float scale_factor(double gamma, double sigma) {
  const float factor = static_cast<float>(gamma / sigma);
  const bool usable =
      is_normal(static_cast<float>(1.0 / sigma)) && (gamma == 0.0 || is_normal(factor));
  return usable ? factor : std::numeric_limits<float>::quiet_NaN();
}

}  // namespace nmt::kernels

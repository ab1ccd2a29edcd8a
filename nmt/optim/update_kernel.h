// The arithmetic of one update over plain arrays, for the optimizers that need no kernel file of
// their own; formulas in sgd.h, adagrad.h, lion.h, lars.h, lamb.h. No LibTorch; plain loops,
// compiled for every instruction set and chosen at run time. Every operation is rounded by itself,
// so that the result is the same on every machine.
//
// All functions update `count` elements in place; arrays do not overlap, each element is computed
// alone. g is gradient_scale times the gradient.

#pragma once

#include <cstdint>

namespace nmt::optim {

/// The numbers of one update, worked out in double and rounded once. `keep` is 1 − ηλ: what
/// decoupled weight decay leaves of θ.
struct SgdCoefficients {
  float gradient_scale = 1.0f;
  float keep = 1.0f;
  float momentum = 0.0f;  ///< μ
  float rate = 0.0f;      ///< η
  bool nesterov = false;
};

/// b ← μ b + g;  θ ← keep θ − η d with d = b, or g + μ b if `nesterov`. A null `buffer` (b): d = g.
void sgd_update(float* value, const float* gradient, float* buffer, int64_t count,
                const SgdCoefficients& coefficients);

struct AdagradCoefficients {
  float gradient_scale = 1.0f;
  float keep = 1.0f;
  float rate = 0.0f;  ///< η
  float eps = 0.0f;   ///< ε
};

/// s ← s + g²;  θ ← keep θ − (η g) / (√s + ε).
void adagrad_update(float* value, const float* gradient, float* sum, int64_t count,
                    const AdagradCoefficients& coefficients);

struct LionCoefficients {
  float gradient_scale = 1.0f;
  float keep = 1.0f;
  float beta1 = 0.0f;
  float one_minus_beta1 = 1.0f;
  float beta2 = 0.0f;
  float one_minus_beta2 = 1.0f;
  float rate = 0.0f;  ///< η
};

/// θ ← keep θ − η sign(β₁ m + (1−β₁) g);  m ← β₂ m + (1−β₂) g.
void lion_update(float* value, const float* gradient, float* mean, int64_t count,
                 const LionCoefficients& coefficients);

struct LarsCoefficients {
  float gradient_scale = 1.0f;
  float momentum = 0.0f;  ///< μ
  float decay = 0.0f;     ///< λ
  float rate = 0.0f;      ///< η times the parameter's trust ratio.
};

/// b ← μ b + rate (g + λ θ);  θ ← θ − b.
void lars_update(float* value, const float* gradient, float* buffer, int64_t count,
                 const LarsCoefficients& coefficients);

struct LambCoefficients {
  float gradient_scale = 1.0f;
  float beta1 = 0.0f;
  float one_minus_beta1 = 1.0f;
  float beta2 = 0.0f;
  float one_minus_beta2 = 1.0f;
  float mean_scale = 1.0f;  ///< 1 / (1−β₁ᵗ)
  float root_scale = 1.0f;  ///< 1 / √(1−β₂ᵗ)
  float eps = 0.0f;         ///< ε
  float decay = 0.0f;       ///< λ
};

/// m ← β₁ m + (1−β₁) g;  v ← β₂ v + (1−β₂) g². Returns Σ r² in float64, with the direction
/// r = (mean_scale m) / (√v · root_scale + ε) + λ θ.
double lamb_moments(const float* value, const float* gradient, float* mean, float* square,
                    int64_t count, const LambCoefficients& coefficients);

/// θ ← θ − rate · r, with the r of the moments and of θ before.
void lamb_move(float* value, const float* mean, const float* square, int64_t count, float rate,
               const LambCoefficients& coefficients);

}  // namespace nmt::optim

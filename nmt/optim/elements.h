// What the formula of an elementwise optimizer computes with: coefficients and elements. A formula
// is a struct, said once for arrays on the CPU, where X is float (element_kernel.h), and for
// tensors of other devices, where X is TensorGroup (tensor_group.h):
//
//     static constexpr std::array<const char*, N> kState;     names of the N tensors it keeps
//     template <class X>                                      in place; g the gradient times the
//     static void update(const Coefficients& c, const X& g,   scale of clipping
//                        X& value, X&... state);
//
// On arrays every operation is rounded by itself, in the order in which it is written, so that the
// result is the same on every machine. A formula whose step is scaled by norms of the whole
// parameter also says by how much, `trust_ratio`; `direction` if it is not g whose norm it needs
// (lars.h, lamb.h).

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace nmt::optim {

/// Numbers of one update of one parameter, worked out in double and rounded once (coefficients() in
/// elementwise_optimizer.h).
struct Coefficients {
  float gradient_scale = 1.0f;  ///< Of clipping.
  float rate = 0.0f;            ///< η, times the parameter's trust ratio where there is one.
  float decay = 0.0f;           ///< λ; 0 if the parameter does not decay.
  float keep = 1.0f;            ///< 1 − ηλ: what decoupled weight decay leaves of θ.
  float momentum = 0.0f;        ///< μ
  bool nesterov = false;
  float beta1 = 0.0f;  ///< β₁
  float one_minus_beta1 = 1.0f;
  float beta2 = 0.0f;  ///< β₂
  float one_minus_beta2 = 1.0f;
  float mean_scale = 1.0f;  ///< 1 / (1−β₁ᵗ), so that m̂ = mean_scale · m
  float step_size = 0.0f;   ///< η / (1−β₁ᵗ), so that η m̂ = step_size · m
  float root_scale = 1.0f;  ///< 1 / √(1−β₂ᵗ), so that √v̂ = root_scale · √v
  float eps = 0.0f;         ///< ε
};

/// State tensors that a formula may have.
constexpr size_t kMaxStateTensors = 2;

/// Elements of one parameter that follow each other, and what belongs to them; float32, contiguous,
/// without overlap.
struct Elements {
  size_t parameter = 0;  ///< Which one, in the order of Optimizer::step.
  bool decays = false;   ///< As in Parameter.
  int64_t count = 0;
  float* value = nullptr;
  const float* gradient = nullptr;                  ///< Not yet scaled.
  std::array<float*, kMaxStateTensors> state = {};  ///< Null behind those that the formula has.
};

/// 1, 0 or −1; 0 of NaN.
inline float sign(float x) {
  return (x > 0.0f ? 1.0f : 0.0f) - (x < 0.0f ? 1.0f : 0.0f);
}

/// Whether a formula has these members.
template <class Rule>
concept HasTrustRatio = requires {
  &Rule::trust_ratio;
};
template <class Rule>
concept HasDirection = requires {
  &Rule::template direction<float>;
};

}  // namespace nmt::optim

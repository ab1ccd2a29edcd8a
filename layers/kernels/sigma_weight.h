// What σReparam does with a weight W of its own σ, in few passes over memory
// (layers/sigma_reparam.md):
//
//     power_step      v ← Wᵀ W v / |Wᵀ W v|                                reads W once
//     write_scaled    σ = |W v|   u ← W v / σ   Ŵ ← (γ/σ) W                reads W twice
//     pull_back       dL/dγ = ⟨G, W⟩ / σ        G ← (γ/σ) (G − (dL/dγ) u vᵀ)
//                                                              reads W once and G twice, in place
//
// Each is fused for contiguous float32 on the CPU, and plain LibTorch, the functions that end in
// _reference, for all else; these never wait for a device. They run in the calling thread: matrices
// are independent of each other, and callers share them out. Not differentiable.
//
// Shape letters: O rows, I columns.

#pragma once

#include <torch/types.h>

namespace nmt::kernels {

/// v [I], a unit vector, in place; left as it is if W v [O] or Wᵀ W v is zero, or has overflowed.
void power_step(const torch::Tensor& w, torch::Tensor& right);

/// Writes u into `left` [O] and Ŵ into `effective` [O, I], both of W's dtype, and σ into `sigma`
/// [1] float64; γ is the one number of `gamma`. Ŵ is NaN everywhere if σ is zero, NaN or so
/// large or small that γ/σ is no normal number (scale_factor.h): never 0 but for γ = 0.
void write_scaled(const torch::Tensor& w, const torch::Tensor& gamma, const torch::Tensor& right,
                  torch::Tensor& left, torch::Tensor& effective, torch::Tensor& sigma);

/// What W was last scaled with.
struct SigmaFactors {
  const torch::Tensor& gamma;  ///< γ [1]
  const torch::Tensor& sigma;  ///< σ [1] float64
  const torch::Tensor& left;   ///< u [O]
  const torch::Tensor& right;  ///< v [I]
};

/// Turns G = dL/dŴ into dL/dW in place and returns dL/dγ [1], of γ's dtype. G comes as blocks of
/// rows [., I], from first to last; together they have W's O rows. Throws c10::Error if they have
/// not.
torch::Tensor pull_back(const torch::Tensor& w, const SigmaFactors& factors,
                        at::TensorList gradient);

/// scale_factor() of tensors, elementwise, by the normal numbers of their dtype: `gain` / `norms`
/// or NaN. Differentiable.
torch::Tensor scale_factors(const torch::Tensor& gain, const torch::Tensor& norms);

void power_step_reference(const torch::Tensor& w, torch::Tensor& right);
void write_scaled_reference(const torch::Tensor& w, const torch::Tensor& gamma,
                            const torch::Tensor& right, torch::Tensor& left,
                            torch::Tensor& effective, torch::Tensor& sigma);
torch::Tensor pull_back_reference(const torch::Tensor& w, const SigmaFactors& factors,
                                  at::TensorList gradient);

}  // namespace nmt::kernels

// σReparam: a weight whose spectral norm is a learned scalar.
//
//     Ŵ = (γ / σ(W)) W          σ(W) = uᵀ W v,  u and v constants of the graph
//
// The spectral norm of Ŵ is |γ|: the layer can grow only through γ, which bounds the attention
// logits and so how low attention entropy can fall. With G = dL/dŴ,
//
//     dL/dγ = ⟨G, W⟩ / σ          dL/dW = (γ/σ) (G − (dL/dγ) u vᵀ)
//
// Spectral normalisation is the same with γ = 1 fixed.
//
// The passes over W are those of layers/kernels/sigma_weight.h.
//
// Source: Zhai et al., "Stabilizing Transformer Training by Preventing Attention Entropy Collapse",
// ICML 2023, arXiv:2303.06296, section 3. Derivation: sigma_reparam.md beside this file.
// Spectral normalisation: Miyato et al. 2018, arXiv:1802.05957, section 2.1.
//
// Shape letters: O rows, I columns.

#pragma once

#include "layers/weight_parametrization.h"

namespace nmt::layers {

class SigmaParametrization : public WeightParametrization {
 public:
  enum class Gamma { kLearned, kFixed };

  /// For a W of `columns` columns. `gamma_start` is γ's initial value; no value: σ(W), so that
  /// Ŵ = W at first. γ and v have the default dtype, as W must. A fixed γ is a buffer.
  SigmaParametrization(int64_t columns, std::optional<double> gamma_start,
                       Gamma kind = Gamma::kLearned);

  void initialize(const torch::Tensor& w) override;
  void match(const torch::Tensor& w) override;
  /// NaN everywhere for a W that is zero, or so large or small that σ or γ/σ is no normal number.
  void write_effective(const torch::Tensor& w, torch::Tensor& effective) override;
  torch::Tensor effective_weight(const torch::Tensor& w) const override;
  void pull_back(const torch::Tensor& w, at::TensorList gradient) override;
  void advance(const torch::Tensor& w, int64_t power_steps) override;
  std::vector<std::pair<std::string, torch::Tensor>> own_parameters() const override;
  std::vector<std::pair<std::string, torch::Tensor>> buffers() const override;
  std::optional<double> sigma() const override { return sigma_.item<double>(); }
  std::optional<double> spectral_gain() const override { return gamma.item<double>(); }

  const torch::Tensor& right() const { return right_; }         ///< v [I]
  const torch::Tensor& left() const { return left_; }           ///< u [O] of the last write.
  const torch::Tensor& sigma_tensor() const { return sigma_; }  ///< σ [1] float64, likewise.

  torch::Tensor gamma;  ///< γ [1], a parameter if learned; may become negative.

 private:
  std::optional<double> gamma_start_;
  Gamma kind_;
  torch::Tensor right_;  // v [I], unit length; a buffer.
  torch::Tensor left_;   // u [O] of the last write_effective ...
  torch::Tensor sigma_;  // ... and its σ [1] float64.
};

}  // namespace nmt::layers

// Weight normalisation: the length of every row of a weight is a learned number of its own.
//
//     ŵ_o = (g_o / |w_o|) w_o
//
// With G = dL/dŴ, one row at a time and n = w_o / |w_o|,
//
//     dL/dg_o = ⟨G_o, n⟩          dL/dw_o = (g_o / |w_o|) (G_o − ⟨G_o, n⟩ n)
//
// g starts at |w_o|, so that Ŵ = W at update 0. Rows do not depend on each other: stacked matrices
// have nothing to share.
//
// Source: Salimans & Kingma 2016, arXiv:1602.07868, equations 2 and 3.
//
// Shape letters: O rows, I columns.

#pragma once

#include "layers/weight_parametrization.h"

namespace nmt::layers {

class WeightNormParametrization : public WeightParametrization {
 public:
  /// For a W of `rows` rows. g has the default dtype, as W must.
  explicit WeightNormParametrization(int64_t rows);

  void initialize(const torch::Tensor& w) override { match(w); }
  void match(const torch::Tensor& w) override;
  /// NaN in rows of W that are zero.
  void write_effective(const torch::Tensor& w, torch::Tensor& effective) override;
  torch::Tensor effective_weight(const torch::Tensor& w) const override;
  void pull_back(const torch::Tensor& w, at::TensorList gradient) override;
  void advance(const torch::Tensor&, int64_t) override {}
  /// "weight_g", as PyTorch calls it.
  std::vector<std::pair<std::string, torch::Tensor>> own_parameters() const override;
  std::vector<std::pair<std::string, torch::Tensor>> buffers() const override { return {}; }

  torch::Tensor gain;  ///< g [O], parameter; may become negative.
};

}  // namespace nmt::layers

// Residual: how a sublayer's branch f joins the skip path, by scheme (residual_kind.h).
//
//     before the branch: x + drop(f(LN(x)))     after the sum: LN(α x + drop(f(x)))     none: x +
//     drop(f(x))
//
// Shape letters: D model, `...` any leading dimensions.

#pragma once

#include <torch/torch.h>

#include "layers/forward_context.h"
#include "layers/residual_kind.h"

namespace nmt::layers {

/// ε of every layer norm.
inline constexpr double kLayerNormEps = 1e-5;

/// A layer norm over the last dimension of size `d_model`, with gain and bias.
torch::nn::LayerNorm make_layer_norm(int64_t d_model);

struct ResidualOptions {
  ResidualKind kind;
  ResidualScale scale;
  int64_t d_model;
  double dropout;  ///< On the branch's output.
};

class Residual {
 public:
  /// Registers the norm, if the scheme has one, as module `norm_name` of `owner`.
  Residual(torch::nn::Module& owner, const std::string& norm_name, const ResidualOptions& options);

  /// What the branch must read for the residual input x [..., D].
  torch::Tensor branch_input(const torch::Tensor& x) const;

  /// The sublayer's output [..., D] from its input x and its branch's output.
  torch::Tensor join(const torch::Tensor& x, const torch::Tensor& branch_output,
                     const ForwardContext& context) const;

 private:
  ResidualOptions options_;
  NormPlacement placement_;
  torch::nn::LayerNorm norm_{nullptr};
};

}  // namespace nmt::layers

#include "layers/residual.h"

#include "layers/dropout.h"
#include "layers/kernels/residual_norm.h"

namespace nmt::layers {

torch::nn::LayerNorm make_layer_norm(int64_t d_model) {
  return torch::nn::LayerNorm(torch::nn::LayerNormOptions({d_model}).eps(kLayerNormEps));
}

Residual::Residual(torch::nn::Module& owner, const std::string& norm_name,
                   const ResidualOptions& options)
    : options_(options), placement_(residual_scheme(options.kind).placement) {
  if (placement_ != NormPlacement::kNone) {
    norm_ = owner.register_module(norm_name, make_layer_norm(options.d_model));
  }
}

torch::Tensor Residual::branch_input(const torch::Tensor& x) const {
  return placement_ == NormPlacement::kBeforeBranch ? torch::nn::LayerNorm(norm_)->forward(x) : x;
}

torch::Tensor Residual::join(const torch::Tensor& x, const torch::Tensor& branch_output,
                             const ForwardContext& context) const {
  const kernels::ResidualInputs inputs{.x = x,
                                       .branch = branch_output,
                                       .alpha = options_.scale.alpha,
                                       .dropout = next_dropout(options_.dropout, context)};
  if (placement_ != NormPlacement::kAfterSum) return kernels::residual_sum(inputs);
  const auto join = context.backend == BackendKind::kFused ? kernels::residual_norm
                                                           : kernels::residual_norm_reference;
  return join(inputs, {.gain = norm_->weight, .bias = norm_->bias, .eps = kLayerNormEps});
}

}  // namespace nmt::layers

#include "layers/residual.h"

#include "layers/dropout.h"

namespace nmt::layers {
namespace {

kernels::LayerNormInputs inputs_of(const torch::nn::LayerNorm& norm) {
  return {.gain = norm->weight, .bias = norm->bias, .eps = kLayerNormEps};
}

kernels::ResidualLinearOutputs run(const kernels::ResidualLinearInputs& inputs,
                                   BackendKind backend) {
  return backend == BackendKind::kFused ? kernels::residual_linear(inputs)
                                        : kernels::residual_linear_reference(inputs);
}

}  // namespace

torch::nn::LayerNorm make_layer_norm(int64_t d_model) {
  return torch::nn::LayerNorm(torch::nn::LayerNormOptions({d_model}).eps(kLayerNormEps));
}

ResidualStream start_stream(const torch::Tensor& x) {
  return {.sum = {.x = x}};
}

torch::Tensor end_stream(const ResidualStream& stream, const torch::nn::LayerNorm& final_norm,
                         BackendKind backend) {
  return run({.residual = stream.sum, .norm = final_norm ? inputs_of(final_norm) : stream.norm},
             backend)
      .y;
}

Residual::Residual(torch::nn::Module& owner, const std::string& norm_name,
                   const ResidualOptions& options)
    : options_(options), placement_(residual_scheme(options.kind).placement) {
  if (placement_ != NormPlacement::kNone) {
    norm_ = owner.register_module(norm_name, make_layer_norm(options.d_model));
  }
}

torch::Tensor Residual::enter(ResidualStream& stream, const kernels::LinearInputs& first,
                              BackendKind backend) const {
  const bool own_norm = placement_ == NormPlacement::kBeforeBranch;
  const kernels::ResidualLinearOutputs outputs =
      run({.residual = stream.sum,
           .norm = own_norm ? inputs_of(norm_) : stream.norm,
           .linear = first,
           .normed_stream = !own_norm},
          backend);
  stream = start_stream(outputs.stream);
  return outputs.y;
}

void Residual::leave(ResidualStream& stream, const torch::Tensor& branch_output,
                     const ForwardContext& context) const {
  stream.sum.branch = branch_output;
  stream.sum.alpha = options_.scale.alpha;
  stream.sum.dropout = next_dropout(options_.dropout, context);
  if (placement_ == NormPlacement::kAfterSum) stream.norm = inputs_of(norm_);
}

}  // namespace nmt::layers

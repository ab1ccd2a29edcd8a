#include "layers/residual.h"

#include "layers/admin_profile.h"
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

Residual::Residual(torch::nn::Module& owner, const std::string& sublayer,
                   const ResidualOptions& options)
    : options_(options), scheme_(residual_scheme(options.kind)) {
  if (scheme_.placement != NormPlacement::kNone) {
    norm_ = owner.register_module(sublayer + "_norm", make_layer_norm(options.d_model));
  }
  if (scheme_.learned != LearnedScale::kNone) register_scale(owner, sublayer);
}

void Residual::register_scale(torch::nn::Module& owner, const std::string& sublayer) {
  const std::string name(scheme_.learned_name);
  if (scheme_.learned != LearnedScale::kLayerBranch) {
    scale_ = owner.register_parameter(sublayer + "_" + name,
                                      torch::full({options_.d_model}, options_.scale.learned));
    return;
  }
  const auto registered = owner.named_parameters(/*recurse=*/false);
  const torch::Tensor* known = registered.find(name);
  scale_ = known != nullptr
               ? *known
               : owner.register_parameter(name, torch::full({1}, options_.scale.learned));
}

torch::Tensor Residual::enter(ResidualStream& stream, const kernels::LinearInputs& first,
                              BackendKind backend) const {
  const bool own_norm = scheme_.placement == NormPlacement::kBeforeBranch;
  const kernels::ResidualLinearOutputs outputs =
      run({.residual = stream.sum,
           .norm = own_norm ? inputs_of(norm_) : stream.norm,
           .linear = first,
           .normed_stream = !own_norm},
          backend);
  stream = start_stream(outputs.stream);
  return outputs.y;
}

torch::Tensor Residual::bottom_of(const ResidualStream& stream) const {
  return scheme_.bottom_to_top ? stream.sum.x : torch::Tensor();
}

void Residual::leave(ResidualStream& stream, const torch::Tensor& branch_output,
                     const ForwardContext& context, const torch::Tensor& bottom) const {
  stream.sum.branch = branch_output;
  stream.sum.alpha = options_.scale.alpha;
  stream.sum.dropout = next_dropout(options_.dropout, context);
  if (scheme_.placement == NormPlacement::kAfterSum) stream.norm = inputs_of(norm_);
  if (scheme_.learned == LearnedScale::kSkip) {
    if (context.admin_profile != nullptr) {
      context.admin_profile->start(scale_, stream.sum.x, branch_output);
    }
    stream.sum.x = stream.sum.x * scale_;
  } else if (scheme_.learned != LearnedScale::kNone) {
    stream.sum.branch = branch_output * scale_;
  }
  if (bottom.defined()) stream.sum.x = stream.sum.x + bottom;
}

}  // namespace nmt::layers

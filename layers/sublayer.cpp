#include "layers/sublayer.h"

#include "layers/dropout.h"
#include "layers/forward_observer.h"

namespace nmt::layers {
namespace {

kernels::ResidualLinearOutputs compute(const kernels::ResidualLinearInputs& inputs,
                                       BackendKind backend) {
  return backend == BackendKind::kFused ? kernels::residual_linear(inputs)
                                        : kernels::residual_linear_reference(inputs);
}

}  // namespace

ResidualStream start_stream(const torch::Tensor& x) {
  return {.sum = {.x = x}};
}

torch::Tensor end_stream(const ResidualStream& stream, const Norm& final_norm,
                         BackendKind backend) {
  return compute({.residual = stream.sum, .norm = final_norm ? final_norm->inputs() : stream.norm},
                 backend)
      .y;
}

Sublayer::Sublayer(torch::nn::Module& owner, const std::string& name, const ResidualScheme& scheme,
                   const BlockOptions& options, SublayerPlace place)
    : scheme_(scheme),
      place_(place),
      depth_{options.architecture.encoder_layers, options.architecture.decoder_layers},
      d_model_(options.d_model),
      dropout_(options.dropout) {
  register_norms(owner, name, options.architecture.norm);
  if (scheme_.learned != LearnedScale::kNone) register_factor(owner, name);
}

void Sublayer::register_norms(torch::nn::Module& owner, const std::string& name, NormKind kind) {
  const auto make = [&](const char* suffix) {
    return owner.register_module(name + suffix, Norm(kind, d_model_));
  };
  const NormPlaces places = scheme_.norms;
  if (places.before_branch) input_norm_ = make("_norm");
  if (places.after_branch) branch_norm_ = make("_branch_norm");
  if (places.after_sum) sum_norm_ = make(places.before_branch ? "_sum_norm" : "_norm");
}

void Sublayer::register_factor(torch::nn::Module& owner, const std::string& name) {
  const std::string factor(scheme_.learned_name);
  const double start = scale(/*update=*/0).learned;
  if (scheme_.learned != LearnedScale::kLayerBranch) {
    factor_ = owner.register_parameter(name + "_" + factor, torch::full({d_model_}, start));
    return;
  }
  const auto registered = owner.named_parameters(/*recurse=*/false);
  const torch::Tensor* known = registered.find(factor);
  factor_ = known != nullptr ? *known : owner.register_parameter(factor, torch::full({1}, start));
}

ResidualScale Sublayer::scale(int64_t update) const {
  return scheme_.scale({place_.stack, place_.layer, depth_, update});
}

kernels::ResidualLinearInputs Sublayer::entry(const ResidualStream& stream,
                                              BackendKind backend) const {
  if (!input_norm_) return {.residual = stream.sum, .norm = stream.norm, .normed_stream = true};
  if (!stream.norm.gain.defined()) return {.residual = stream.sum, .norm = input_norm_->inputs()};
  const torch::Tensor normed = compute({.residual = stream.sum, .norm = stream.norm}, backend).y;
  return {.residual = {.x = normed}, .norm = input_norm_->inputs()};
}

torch::Tensor Sublayer::branch_input(const ResidualStream& stream, BackendKind backend) const {
  const torch::NoGradGuard no_grad;
  return compute(entry(stream, backend), backend).y;
}

torch::Tensor Sublayer::enter(ResidualStream& stream, const kernels::LinearInputs& first,
                              BackendKind backend) const {
  kernels::ResidualLinearInputs inputs = entry(stream, backend);
  inputs.linear = first;
  const kernels::ResidualLinearOutputs outputs = compute(inputs, backend);
  stream.sum = {.x = outputs.stream};
  if (scheme_.bottom_to_top && !stream.layer_input.defined()) stream.layer_input = stream.sum.x;
  return outputs.y;
}

void Sublayer::run(ResidualStream& stream, const kernels::LinearInputs& first,
                   const ForwardContext& context, const Branch& branch) const {
  const torch::Tensor product = enter(stream, first, context.backend);
  leave(stream, branch(product), context);
}

bool Sublayer::reads_branch(const ForwardContext& context) const {
  return !context.graph_alone || branch_norm_ || scheme_.learned == LearnedScale::kBranch ||
         scheme_.learned == LearnedScale::kLayerBranch;
}

void Sublayer::leave(ResidualStream& stream, torch::Tensor branch,
                     const ForwardContext& context) const {
  const ResidualScale now = scale(context.update);
  if (branch_norm_) {
    branch =
        compute({.residual = {.x = branch}, .norm = branch_norm_->inputs()}, context.backend).y;
  }
  if (now.branch != 1.0) branch = branch * now.branch;
  if (scheme_.learned == LearnedScale::kSkip) {
    if (context.observer != nullptr) context.observer->observe_skip(factor_, stream.sum.x, branch);
    stream.sum.x = stream.sum.x * factor_;
  } else if (scheme_.learned != LearnedScale::kNone) {
    branch = branch * factor_;
  }
  if (place_.last && stream.layer_input.defined()) {
    stream.sum.x = stream.sum.x + stream.layer_input;
    stream.layer_input = torch::Tensor();
  }
  stream.sum.branch = branch;
  stream.sum.alpha = now.alpha;
  stream.sum.dropout = next_dropout(dropout_, context);
  stream.norm = sum_norm_ ? sum_norm_->inputs() : kernels::NormInputs{};
}

}  // namespace nmt::layers

#include "layers/feed_forward.h"

#include "layers/dropout.h"
#include "layers/kernels/linear_relu.h"

namespace nmt::layers {
namespace {

StackedLinearOptions first_linear(const FeedForwardOptions& options) {
  StackedLinearOptions first =
      single_linear("fc1", options.d_model, options.ffn_dim, options.linear, options.gamma_start);
  if (options.activation == ActivationKind::kSwiglu) {
    first.parts.push_back({"gate", options.ffn_dim});
  }
  return first;
}

}  // namespace

FeedForwardImpl::FeedForwardImpl(const FeedForwardOptions& options)
    : options_(options),
      fc1_(*this, first_linear(options)),
      fc2_(*this, single_linear("fc2", options.ffn_dim, options.d_model, options.linear,
                                options.gamma_start)) {}

torch::Tensor FeedForwardImpl::inner(const torch::Tensor& x, const ForwardContext& context) const {
  switch (options_.activation) {
    case ActivationKind::kRelu:
      return relu(x, context);
    case ActivationKind::kGelu:
      return dropout(at::gelu(fc1_.forward(x)), options_.dropout, context);
    case ActivationKind::kSwiglu: {
      const std::vector<torch::Tensor> halves = fc1_.forward(x).split(options_.ffn_dim, -1);
      return dropout(at::silu(halves[1]) * halves[0], options_.dropout, context);
    }
  }
  return x;
}

torch::Tensor FeedForwardImpl::relu(const torch::Tensor& x, const ForwardContext& context) const {
  const std::vector<torch::Tensor> leaves = fc1_.leaves();
  const kernels::LinearReluInputs inputs{.x = x,
                                         .weight = leaves[0],
                                         .bias = leaves[1],
                                         .dropout = next_dropout(options_.dropout, context)};
  return context.backend == BackendKind::kFused ? kernels::linear_relu(inputs)
                                                : kernels::linear_relu_reference(inputs);
}

torch::Tensor FeedForwardImpl::forward(const torch::Tensor& x, const ForwardContext& context) {
  return fc2_.forward(inner(x, context));
}

}  // namespace nmt::layers

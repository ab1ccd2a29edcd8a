#include "layers/feed_forward.h"

#include "layers/dropout.h"

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

torch::Tensor FeedForwardImpl::activate(const torch::Tensor& inner) const {
  switch (options_.activation) {
    case ActivationKind::kRelu:
      return at::relu(inner);
    case ActivationKind::kGelu:
      return at::gelu(inner);
    case ActivationKind::kSwiglu: {
      const std::vector<torch::Tensor> halves = inner.split(options_.ffn_dim, -1);
      return at::silu(halves[1]) * halves[0];
    }
  }
  return inner;
}

torch::Tensor FeedForwardImpl::forward(const torch::Tensor& x, const ForwardContext& context) {
  return fc2_.forward(dropout(activate(fc1_.forward(x)), options_.dropout, context));
}

}  // namespace nmt::layers

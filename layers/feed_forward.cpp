#include "layers/feed_forward.h"

#include "layers/dropout.h"

namespace nmt::layers {
namespace {

StackedLinearOptions first_linear(const BlockOptions& options) {
  StackedLinearOptions first = single_linear("fc1", options.d_model, options.ffn_dim, options);
  if (options.activation == ActivationKind::kSwiglu) {
    first.parts.push_back({"gate", options.ffn_dim});
  }
  return first;
}

}  // namespace

FeedForwardImpl::FeedForwardImpl(const BlockOptions& options)
    : options_(options),
      fc1_(*this, first_linear(options)),
      fc2_(*this, single_linear("fc2", options.ffn_dim, options.d_model, options)) {}

kernels::LinearInputs FeedForwardImpl::first_product(const ForwardContext& context) const {
  kernels::LinearInputs first = fc1_.product();
  if (options_.activation == ActivationKind::kRelu) {
    first.relu = true;
    first.dropout = next_dropout(options_.activation_dropout, context);
  }
  return first;
}

torch::Tensor FeedForwardImpl::inner(const torch::Tensor& first,
                                     const ForwardContext& context) const {
  switch (options_.activation) {
    case ActivationKind::kRelu:
      return first;
    case ActivationKind::kGelu:
      return dropout(at::gelu(first), options_.activation_dropout, context);
    case ActivationKind::kSwiglu: {
      const std::vector<torch::Tensor> halves = first.split(options_.ffn_dim, -1);
      return dropout(at::silu(halves[1]) * halves[0], options_.activation_dropout, context);
    }
  }
  return first;
}

void FeedForwardImpl::run(const Sublayer& path, ResidualStream& stream,
                          const ForwardContext& context) const {
  path.run(stream, first_product(context), context, [&](const torch::Tensor& first) {
    const torch::Tensor read = inner(first, context);
    return path.reads_branch(context) ? fc2_.forward(read) : fc2_.graph(read);
  });
}

}  // namespace nmt::layers

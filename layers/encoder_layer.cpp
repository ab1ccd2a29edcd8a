#include "layers/encoder_layer.h"

namespace nmt::layers {

MultiHeadAttentionOptions attention_options(const LayerOptions& options, AttentionKind kind) {
  return {.d_model = options.d_model,
          .heads = options.heads,
          .kind = kind,
          .layer = options.layer,
          .dropout = options.attention_dropout,
          .linear = options.linear,
          .gamma_start = options.gamma_start,
          .qkv_groups = options.qkv_groups,
          .head_norm = options.head_norm};
}

FeedForwardOptions feed_forward_options(const LayerOptions& options) {
  return {.d_model = options.d_model,
          .ffn_dim = options.ffn_dim,
          .activation = options.activation,
          .dropout = options.activation_dropout,
          .linear = options.linear,
          .gamma_start = options.gamma_start};
}

ResidualOptions residual_options(const LayerOptions& options) {
  return {.kind = options.residual,
          .scale = options.scale,
          .d_model = options.d_model,
          .dropout = options.dropout};
}

EncoderLayerImpl::EncoderLayerImpl(const LayerOptions& options)
    : self_attn(register_module("self_attn", MultiHeadAttention(attention_options(
                                                 options, AttentionKind::kEncoderSelf)))),
      ffn(register_module("ffn", FeedForward(feed_forward_options(options)))),
      attention_residual_(*this, "self_attn", residual_options(options)),
      ffn_residual_(*this, "ffn", residual_options(options)) {}

void EncoderLayerImpl::forward(ResidualStream& stream, const kernels::AttentionMask& mask,
                               const ForwardContext& context) {
  torch::Tensor first = self_attn->enter(attention_residual_, stream, {}, mask, context);
  const torch::Tensor bottom = attention_residual_.bottom_of(stream);
  attention_residual_.leave(stream, self_attn->forward(first, {}, mask, context), context);
  first = ffn_residual_.enter(stream, ffn->first_product(context), context.backend);
  ffn_residual_.leave(stream, ffn->forward(first, context, ffn_residual_.reads_branch(context)),
                      context, bottom);
}

std::vector<StackedLinear*> EncoderLayerImpl::linears() {
  std::vector<StackedLinear*> all = self_attn->linears();
  for (StackedLinear* linear : ffn->linears()) all.push_back(linear);
  return all;
}

}  // namespace nmt::layers

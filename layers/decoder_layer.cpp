#include "layers/decoder_layer.h"

namespace nmt::layers {

DecoderLayerImpl::DecoderLayerImpl(const LayerOptions& options)
    : self_attn(register_module("self_attn", MultiHeadAttention(attention_options(
                                                 options, AttentionKind::kDecoderSelf)))),
      cross_attn(register_module(
          "cross_attn", MultiHeadAttention(attention_options(options, AttentionKind::kCross)))),
      ffn(register_module("ffn", FeedForward(feed_forward_options(options)))),
      attention_residual_(*this, "self_attn_norm", residual_options(options)),
      cross_residual_(*this, "cross_attn_norm", residual_options(options)),
      ffn_residual_(*this, "ffn_norm", residual_options(options)) {}

torch::Tensor DecoderLayerImpl::forward(const torch::Tensor& x, const torch::Tensor& memory,
                                        const kernels::AttentionMask& self_mask,
                                        const kernels::AttentionMask& cross_mask,
                                        const ForwardContext& context) {
  torch::Tensor y = attention_residual_.join(
      x, self_attn->forward(attention_residual_.branch_input(x), {}, self_mask, context), context);
  y = cross_residual_.join(
      y, cross_attn->forward(cross_residual_.branch_input(y), memory, cross_mask, context),
      context);
  return ffn_residual_.join(y, ffn->forward(ffn_residual_.branch_input(y), context), context);
}

torch::Tensor DecoderLayerImpl::step(const torch::Tensor& x, DecoderLayerCache& cache,
                                     const torch::Tensor& memory_mask) {
  const ForwardContext evaluation;
  torch::Tensor y = attention_residual_.join(
      x, self_attn->step_self(attention_residual_.branch_input(x), cache.self), evaluation);
  y = cross_residual_.join(
      y, cross_attn->step_cross(cross_residual_.branch_input(y), cache.cross, memory_mask),
      evaluation);
  return ffn_residual_.join(y, ffn->forward(ffn_residual_.branch_input(y), evaluation), evaluation);
}

std::vector<StackedLinear*> DecoderLayerImpl::linears() {
  std::vector<StackedLinear*> all = self_attn->linears();
  for (StackedLinear* linear : cross_attn->linears()) all.push_back(linear);
  for (StackedLinear* linear : ffn->linears()) all.push_back(linear);
  return all;
}

}  // namespace nmt::layers

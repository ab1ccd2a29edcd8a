#include "layers/decoder_layer.h"

namespace nmt::layers {

DecoderLayerImpl::DecoderLayerImpl(const LayerOptions& options)
    : self_attn(register_module("self_attn", MultiHeadAttention(attention_options(
                                                 options, AttentionKind::kDecoderSelf)))),
      cross_attn(register_module(
          "cross_attn", MultiHeadAttention(attention_options(options, AttentionKind::kCross)))),
      ffn(register_module("ffn", FeedForward(feed_forward_options(options)))),
      attention_residual_(*this, "self_attn", residual_options(options)),
      cross_residual_(*this, "cross_attn", residual_options(options)),
      ffn_residual_(*this, "ffn", residual_options(options)) {}

void DecoderLayerImpl::forward(ResidualStream& stream, const torch::Tensor& memory,
                               const kernels::AttentionMask& self_mask,
                               const kernels::AttentionMask& cross_mask,
                               const ForwardContext& context) {
  torch::Tensor first = self_attn->enter(attention_residual_, stream, {}, self_mask, context);
  const torch::Tensor bottom = attention_residual_.bottom_of(stream);
  attention_residual_.leave(stream, self_attn->forward(first, {}, self_mask, context), context);
  first = cross_attn->enter(cross_residual_, stream, memory, cross_mask, context);
  cross_residual_.leave(stream, cross_attn->forward(first, memory, cross_mask, context), context);
  first = ffn_residual_.enter(stream, ffn->first_product(context), context.backend);
  ffn_residual_.leave(stream, ffn->forward(first, context, ffn_residual_.reads_branch(context)),
                      context, bottom);
}

void DecoderLayerImpl::step(ResidualStream& stream, DecoderLayerCache& cache,
                            const torch::Tensor& memory_mask) {
  const ForwardContext evaluation;
  torch::Tensor first =
      attention_residual_.enter(stream, self_attn->first_product(), evaluation.backend);
  const torch::Tensor bottom = attention_residual_.bottom_of(stream);
  attention_residual_.leave(stream, self_attn->step_self(first, cache.self), evaluation);
  first = cross_residual_.enter(stream, cross_attn->first_product(), evaluation.backend);
  cross_residual_.leave(stream, cross_attn->step_cross(first, cache.cross, memory_mask),
                        evaluation);
  first = ffn_residual_.enter(stream, ffn->first_product(evaluation), evaluation.backend);
  ffn_residual_.leave(stream, ffn->forward(first, evaluation, /*values=*/true), evaluation, bottom);
}

std::vector<StackedLinear*> DecoderLayerImpl::linears() {
  std::vector<StackedLinear*> all = self_attn->linears();
  for (StackedLinear* linear : cross_attn->linears()) all.push_back(linear);
  for (StackedLinear* linear : ffn->linears()) all.push_back(linear);
  return all;
}

}  // namespace nmt::layers

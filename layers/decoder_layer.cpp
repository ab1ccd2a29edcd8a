#include "layers/decoder_layer.h"

namespace nmt::layers {

DecoderLayerImpl::DecoderLayerImpl(const BlockOptions& options, int64_t layer)
    : self_attn(register_module("self_attn",
                                MultiHeadAttention(options, AttentionKind::kDecoderSelf, layer))),
      cross_attn(
          register_module("cross_attn", MultiHeadAttention(options, AttentionKind::kCross, layer))),
      ffn(register_module("ffn", FeedForward(options))),
      self_attn_path_(*this, "self_attn", options, {Stack::kDecoder, layer}),
      cross_attn_path_(*this, "cross_attn", options, {Stack::kDecoder, layer}),
      ffn_path_(*this, "ffn", options, {Stack::kDecoder, layer, /*last=*/true}) {}

void DecoderLayerImpl::forward(ResidualStream& stream, const torch::Tensor& memory,
                               const kernels::AttentionMask& self_mask,
                               const kernels::AttentionMask& cross_mask,
                               const ForwardContext& context) {
  self_attn->run(self_attn_path_, stream, {}, self_mask, context);
  cross_attn->run(cross_attn_path_, stream, memory, cross_mask, context);
  ffn->run(ffn_path_, stream, context);
}

void DecoderLayerImpl::step(ResidualStream& stream, DecoderLayerCache& cache,
                            const torch::Tensor& memory_mask) {
  self_attn->step_self(self_attn_path_, stream, cache.self);
  cross_attn->step_cross(cross_attn_path_, stream, cache.cross, memory_mask);
  ffn->run(ffn_path_, stream, {});
}

std::vector<StackedLinear*> DecoderLayerImpl::linears() {
  std::vector<StackedLinear*> all = self_attn->linears();
  for (StackedLinear* linear : cross_attn->linears()) all.push_back(linear);
  for (StackedLinear* linear : ffn->linears()) all.push_back(linear);
  return all;
}

}  // namespace nmt::layers

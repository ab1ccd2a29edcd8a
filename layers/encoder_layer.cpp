#include "layers/encoder_layer.h"

namespace nmt::layers {

EncoderLayerImpl::EncoderLayerImpl(const BlockOptions& options, int64_t layer)
    : self_attn(register_module("self_attn",
                                MultiHeadAttention(options, AttentionKind::kEncoderSelf, layer))),
      ffn(register_module("ffn", FeedForward(options))),
      self_attn_path_(*this, "self_attn", options, {Stack::kEncoder, layer}),
      ffn_path_(*this, "ffn", options, {Stack::kEncoder, layer, /*last=*/true}) {}

void EncoderLayerImpl::forward(ResidualStream& stream, const kernels::AttentionMask& mask,
                               const ForwardContext& context) {
  self_attn->run(self_attn_path_, stream, {}, mask, context);
  ffn->run(ffn_path_, stream, context);
}

std::vector<StackedLinear*> EncoderLayerImpl::linears() {
  std::vector<StackedLinear*> all = self_attn->linears();
  for (StackedLinear* linear : ffn->linears()) all.push_back(linear);
  return all;
}

}  // namespace nmt::layers

// EncoderLayer: self-attention and feed-forward, each on a residual path.
//
// Shape letters: N packed positions, D model.

#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <vector>

#include "layers/feed_forward.h"
#include "layers/multi_head_attention.h"

namespace nmt::layers {

class EncoderLayerImpl : public torch::nn::Module {
 public:
  /// Layer `layer` of the stack, from 1.
  EncoderLayerImpl(const BlockOptions& options, int64_t layer);

  /// Takes the stream [N, D] of packed positions through the layer.
  void forward(ResidualStream& stream, const kernels::AttentionMask& mask,
               const ForwardContext& context);

  /// Every stack of linear layers, in a fixed order.
  std::vector<StackedLinear*> linears();

  MultiHeadAttention self_attn{nullptr};
  FeedForward ffn{nullptr};

 private:
  Sublayer self_attn_path_;
  Sublayer ffn_path_;
};
TORCH_MODULE(EncoderLayer);

}  // namespace nmt::layers

// EncoderLayer: self-attention and feed-forward, each on a residual path.
//
// Shape letters: N packed positions, D model.

#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <vector>

#include "layers/feed_forward.h"
#include "layers/layer_options.h"
#include "layers/multi_head_attention.h"
#include "layers/residual.h"

namespace nmt::layers {

/// The parts' options of a layer: shared by encoder and decoder layers.
MultiHeadAttentionOptions attention_options(const LayerOptions& options, AttentionKind kind);
FeedForwardOptions feed_forward_options(const LayerOptions& options);
ResidualOptions residual_options(const LayerOptions& options);

class EncoderLayerImpl : public torch::nn::Module {
 public:
  explicit EncoderLayerImpl(const LayerOptions& options);

  /// Takes the stream [N, D] of packed positions through the layer.
  void forward(ResidualStream& stream, const kernels::AttentionMask& mask,
               const ForwardContext& context);

  /// Every stack of linear layers, in a fixed order.
  std::vector<StackedLinear*> linears();

  MultiHeadAttention self_attn{nullptr};
  FeedForward ffn{nullptr};

 private:
  Residual attention_residual_;
  Residual ffn_residual_;
};
TORCH_MODULE(EncoderLayer);

}  // namespace nmt::layers

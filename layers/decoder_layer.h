// DecoderLayer: causal self-attention, attention to the memory, feed-forward, each on a residual
// path.
//
// Shape letters: N packed positions, D model, R decoding rows.

#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <vector>

#include "layers/feed_forward.h"
#include "layers/kv_cache.h"
#include "layers/multi_head_attention.h"

namespace nmt::layers {

/// What one decoder layer keeps between decoding steps.
struct DecoderLayerCache {
  KvCache self;   ///< Grows by one position a step.
  KvCache cross;  ///< Keys and values of the memory.
};

class DecoderLayerImpl : public torch::nn::Module {
 public:
  /// Layer `layer` of the stack, from 1.
  DecoderLayerImpl(const BlockOptions& options, int64_t layer);

  /// Takes the stream [N, D] of packed target positions through the layer; `memory` is packed
  /// [sum of source lengths, D].
  void forward(ResidualStream& stream, const torch::Tensor& memory,
               const kernels::AttentionMask& self_mask, const kernels::AttentionMask& cross_mask,
               const ForwardContext& context);

  /// One decoding step of the stream [R, 1, D]; `memory_mask` as MultiHeadAttention::step_cross.
  void step(ResidualStream& stream, DecoderLayerCache& cache, const torch::Tensor& memory_mask);

  /// Every stack of linear layers, in a fixed order.
  std::vector<StackedLinear*> linears();

  MultiHeadAttention self_attn{nullptr};
  MultiHeadAttention cross_attn{nullptr};
  FeedForward ffn{nullptr};

 private:
  Sublayer self_attn_path_;
  Sublayer cross_attn_path_;
  Sublayer ffn_path_;
};
TORCH_MODULE(DecoderLayer);

}  // namespace nmt::layers

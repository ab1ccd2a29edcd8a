// Multi-head attention over one sequence (self) or from one sequence to another (cross).
//
//     out = concat_h softmax(Q_h K_hᵀ / (τ √K)) V_h · W_oᵀ + b_o,   Q, K, V linear in their inputs
//
// and with QK-norm LN(Q_h), LN(K_h) in place of Q_h, K_h (head_norm.h). Keys are kept in caches as
// normalised.
//
// Source: Vaswani et al. 2017, arXiv:1706.03762, section 3.2.2. Query, key and value are three
// matrices with names and parametrisations of their own, multiplied at once where they share an
// input.
//
// Shape letters: B batch, N packed positions, T queries, S keys, D model, H heads, K head size, R
// decoding rows.

#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <vector>

#include "layers/attention_kind.h"
#include "layers/block_options.h"
#include "layers/forward_context.h"
#include "layers/head_norm.h"
#include "layers/kernels/attention.h"
#include "layers/kv_cache.h"
#include "layers/linear.h"
#include "layers/sublayer.h"

namespace nmt::layers {

class MultiHeadAttentionImpl : public torch::nn::Module {
 public:
  /// Layer `layer` (from 1) of its stack; of kind kCross it takes keys and values from a memory.
  /// Throws c10::Error if heads does not divide d_model.
  MultiHeadAttentionImpl(const BlockOptions& options, AttentionKind kind, int64_t layer);

  /// Takes `stream` [N, D], the sentences' valid positions packed as the mask's query lengths say,
  /// through the sublayer `path`. Of kind kCross it takes keys and values from `memory`, packed
  /// [sum of key lengths, D].
  void run(const Sublayer& path, ResidualStream& stream, const torch::Tensor& memory,
           const kernels::AttentionMask& mask, const ForwardContext& context);

  /// One decoding step of self-attention: takes `stream` [R, 1, D] through `path`, appends key and
  /// value to the cache and attends to all of it.
  void step_self(const Sublayer& path, ResidualStream& stream, KvCache& cache);

  /// Keys and values of memory [B, S, D], for step_cross.
  KvCache memory_cache(const torch::Tensor& memory);

  /// One decoding step of cross-attention: takes `stream` [R, 1, D] through `path`, over a cache of
  /// the keys of B memories. R is a multiple of B; the R/B rows of a sentence are side by side.
  /// `mask` [B, 1, S] is 0 where visible and −∞ where not, or undefined.
  void step_cross(const Sublayer& path, ResidualStream& stream, const KvCache& cache,
                  const torch::Tensor& mask);

  /// Divides the logits by `temperature` τ > 0 from now on, in training and decoding; 1 at first.
  void set_temperature(double temperature) { temperature_ = temperature; }
  double temperature() const { return temperature_; }

  const BlockOptions& options() const { return options_; }
  AttentionKind kind() const { return kind_; }
  /// The stack {q, k, v}.
  const StackedLinear& query_key_value() const { return qkv_; }

  /// Both stacks of linear layers, {q, k, v} and {out}.
  std::vector<StackedLinear*> linears() { return {&qkv_, &out_}; }

 private:
  torch::Tensor split_heads(const torch::Tensor& x) const;  // [..., D] to [..., H, K].
  torch::Tensor query_heads(const torch::Tensor& x) const;  // Split and normalised.
  torch::Tensor key_heads(const torch::Tensor& x) const;
  // Query, key and value, [N, H, K] each, from the first product: query, key and value [N, 3D], or
  // query alone [N, D] if the kind is kCross.
  std::vector<torch::Tensor> heads(const torch::Tensor& first, const torch::Tensor& memory) const;
  torch::Tensor forward(const torch::Tensor& first, const torch::Tensor& memory,
                        const kernels::AttentionMask& mask, const ForwardContext& context);
  double logit_scale() const;
  torch::Tensor attend(const torch::Tensor& query, const KvCache& cache, const torch::Tensor& mask);

  BlockOptions options_;
  AttentionKind kind_;
  int64_t layer_;
  double temperature_ = 1.0;
  StackedLinear qkv_;
  StackedLinear out_;
  HeadNorm q_norm_{nullptr};  // Empty without QK-norm.
  HeadNorm k_norm_{nullptr};
};
TORCH_MODULE(MultiHeadAttention);

}  // namespace nmt::layers

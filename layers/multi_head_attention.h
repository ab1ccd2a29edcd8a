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

#include <optional>
#include <vector>

#include "layers/attention_observer.h"
#include "layers/forward_context.h"
#include "layers/head_norm.h"
#include "layers/head_norm_kind.h"
#include "layers/kernels/attention.h"
#include "layers/kv_cache.h"
#include "layers/linear.h"
#include "layers/residual.h"

namespace nmt::layers {

struct MultiHeadAttentionOptions {
  int64_t d_model;
  int64_t heads;       ///< Divides d_model.
  AttentionKind kind;  ///< What the observer is told; kCross takes keys and values from the memory.
  int64_t layer;       ///< From 1; what the observer is told.
  double dropout = 0.0;  ///< On attention probabilities.
  LinearKind linear = LinearKind::kPlain;
  std::optional<double> gamma_start = 1.0;
  std::vector<int64_t> qkv_groups = {1, 1, 1};   ///< Which of q, k, v share one parametrisation.
  HeadNormKind head_norm = HeadNormKind::kNone;  ///< On query and key heads.
};

class MultiHeadAttentionImpl : public torch::nn::Module {
 public:
  /// Throws c10::Error if heads does not divide d_model.
  explicit MultiHeadAttentionImpl(const MultiHeadAttentionOptions& options);

  /// The product of x [..., D] that forward() and the steps go on with: query, key and value
  /// [..., 3D], or query alone [..., D] if the kind is kCross.
  kernels::LinearInputs first_product() const { return qkv_.product(); }

  /// Starts the sublayer of `residual`: its first product of what waits in `stream`. Tells
  /// context.input_observer, if there is one, what the product reads; `memory` as in forward().
  torch::Tensor enter(const Residual& residual, ResidualStream& stream, const torch::Tensor& memory,
                      const kernels::AttentionMask& mask, const ForwardContext& context) const;

  /// From the first product of the sentences' valid positions, packed [N, ...] as the mask's query
  /// lengths say, to [N, D]. Of kind kCross it takes keys and values from memory, packed
  /// [sum of key lengths, D].
  torch::Tensor forward(const torch::Tensor& first, const torch::Tensor& memory,
                        const kernels::AttentionMask& mask, const ForwardContext& context);

  /// One decoding step of self-attention from the first product [R, 1, 3D]: appends key and value
  /// to the cache and attends to all of it. Returns [R, 1, D].
  torch::Tensor step_self(const torch::Tensor& first, KvCache& cache);

  /// Keys and values of memory [B, S, D], for step_cross.
  KvCache memory_cache(const torch::Tensor& memory);

  /// One decoding step of cross-attention from the first product [R, 1, D], over a cache of the
  /// keys of B memories. R is a multiple of B; the R/B rows of a sentence are side by side. `mask`
  /// [B, 1, S] is 0 where visible and −∞ where not, or undefined. Returns [R, 1, D].
  torch::Tensor step_cross(const torch::Tensor& first, const KvCache& cache,
                           const torch::Tensor& mask);

  /// Divides the logits by `temperature` τ > 0 from now on, in training and decoding; 1 at first.
  void set_temperature(double temperature) { temperature_ = temperature; }
  double temperature() const { return temperature_; }

  const MultiHeadAttentionOptions& options() const { return options_; }
  /// The stack {q, k, v}.
  const StackedLinear& query_key_value() const { return qkv_; }

  /// Both stacks of linear layers, {q, k, v} and {out}.
  std::vector<StackedLinear*> linears() { return {&qkv_, &out_}; }

 private:
  torch::Tensor split_heads(const torch::Tensor& x) const;  // [..., D] to [..., H, K].
  torch::Tensor query_heads(const torch::Tensor& x) const;  // Split and normalised.
  torch::Tensor key_heads(const torch::Tensor& x) const;
  // Query, key and value, [N, H, K] each.
  std::vector<torch::Tensor> heads(const torch::Tensor& first, const torch::Tensor& memory) const;
  double logit_scale() const;
  torch::Tensor attend(const torch::Tensor& query, const KvCache& cache, const torch::Tensor& mask);

  MultiHeadAttentionOptions options_;
  double temperature_ = 1.0;
  StackedLinear qkv_;
  StackedLinear out_;
  HeadNorm q_norm_{nullptr};  // Empty without QK-norm.
  HeadNorm k_norm_{nullptr};
};
TORCH_MODULE(MultiHeadAttention);

}  // namespace nmt::layers

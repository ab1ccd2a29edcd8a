// Scaled dot-product attention that also returns the entropy of every attention row.
//
//     P = softmax(scale · Q Kᵀ + mask)     out = P V     entropy_t = −Σ_s P_ts ln P_ts   (nats)
//
// With s the visible logits of a row, m their maximum and p_m the probability of that key, the
// entropy needs one logarithm a row:  ln Σ e^s = m − ln p_m,  entropy = ln Σ e^s − Σ_s p_s s.
//
// Sources: Vaswani et al. 2017, arXiv:1706.03762 (attention); Zhai et al. 2023, arXiv:2303.06296
// (attention entropy as the sign of unstable training).
//
// Shape letters: B batch, H heads, T queries, S keys, K head size.

#pragma once

#include <torch/torch.h>

#include <optional>

#include "layers/kernels/attention_mask.h"

namespace nmt::kernels {

struct AttentionInputs {
  torch::Tensor q;              ///< [B, T, H, K], floating point; any strides.
  torch::Tensor k;              ///< [B, S, H, K], dtype of q; may be a slice of a fused product.
  torch::Tensor v;              ///< [B, S, H, K], dtype of q.
  const AttentionMask& mask;    ///< Must fit B, T and S.
  std::optional<double> scale;  ///< Of the logits; defaults to 1/√K.
  double dropout = 0.0;         ///< On P; entropy is taken before it.
  std::optional<at::Generator> generator = {};  ///< No value: no dropout.
  bool statistics = false;                      ///< Whether to compute entropy and max_logit.
};

struct AttentionOutputs {
  torch::Tensor out;        ///< [B, T, H, K], dtype of q. Rows past the query length: arbitrary.
  torch::Tensor entropy;    ///< [B, H, T], dtype of q, nats, in [0, ln S]; 0 in padded rows.
  torch::Tensor max_logit;  ///< [B, H, T], dtype of q; largest visible scaled logit of the row.
};

/// Plain LibTorch attention, differentiable in q, k and v; holds the [B·H, T, S] probabilities.
/// A row with every key masked gives out = 0 and entropy = 0, never NaN.
/// Throws c10::Error, naming the argument and its shape, if shapes disagree.
AttentionOutputs attention_reference(const AttentionInputs& inputs);

}  // namespace nmt::kernels

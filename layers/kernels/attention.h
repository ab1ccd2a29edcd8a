// Scaled dot-product attention that also returns the entropy of every attention row.
//
//     P = softmax(scale · Q Kᵀ + mask)     out = P V     entropy_t = −Σ_s P_ts ln P_ts   (nats)
//
// The fused form computes both in one pass over tiles, and holds no T × S matrix: with s the
// visible logits of a row, m their maximum and l = Σ e^(s−m),  entropy = ln l − (Σ e^(s−m) (s−m)) /
// l. attention_fused.md derives it, and the backward pass.
//
// Sources: Vaswani et al. 2017, arXiv:1706.03762 (attention); Milakov and Gimelshein 2018,
// arXiv:1805.02867 (online softmax); Dao et al. 2022, arXiv:2205.14135 (tiles); Zhai et al. 2023,
// arXiv:2303.06296 (attention entropy as the sign of unstable training).
//
// Shape letters: B batch, H heads, T queries, S keys, K head size.

#pragma once

#include <torch/types.h>

#include <cmath>
#include <optional>

#include "layers/kernels/attention_mask.h"
#include "layers/kernels/dropout.h"

namespace nmt::kernels {

/// Padded inputs have the shapes below. Packed ones are [N, H, K], the valid rows of one sentence
/// behind those of the other; N is the sum of the mask's query lengths for q, of its key lengths
/// for k and v.
struct AttentionInputs {
  torch::Tensor q;              ///< [B, T, H, K], floating point; any strides.
  torch::Tensor k;              ///< [B, S, H, K], dtype of q; may be a slice of a fused product.
  torch::Tensor v;              ///< [B, S, H, K], dtype of q.
  const AttentionMask& mask;    ///< Must fit B, T and S; in the packed form T, S are the longest.
  std::optional<double> scale;  ///< Of the logits; defaults to 1/√K.
  Dropout dropout = {};         ///< On P (attention_dropout_mask()). Not in the entropy.
  bool statistics = false;      ///< Whether to compute entropy and max_logit.

  /// `scale` or its default.
  double logit_scale() const {
    return scale.value_or(1.0 / std::sqrt(static_cast<double>(q.size(-1))));
  }
};

struct AttentionOutputs {
  torch::Tensor out;        ///< Shape and dtype of q. Rows past the query length: arbitrary.
  torch::Tensor entropy;    ///< [B, H, T], nats, in [0, ln S]; 0 in padded rows.
  torch::Tensor max_logit;  ///< [B, H, T]; the largest visible scaled logit of the row.
};  // Statistics are float64 for float64 inputs, else float32; undefined if not asked for.

/// Attention, fused where attention_is_fused(), else attention_reference(). Memory O(B H (T + S)
/// K); padding costs nothing. Sentences and heads are spread over LibTorch's threads; the same bits
/// for any number of them. Dropout masks are drawn again in the backward pass, and equal the
/// reference's. Gradients of inputs that lie side by side in one product lie side by side too
/// (split_heads.h). The fused form hands a graph of its gradient to the reference. A row with every
/// key masked gives out = 0, entropy = 0 and no gradient, never NaN.
/// Throws c10::Error, naming the argument and its shape, if shapes disagree.
AttentionOutputs attention(const AttentionInputs& inputs);

/// Whether a backend has a fused form of `inputs`: the table is in attention.cpp. All three are
/// float32 or bfloat16, on the CPU or, with a head size of at most 128 in at most 65,535 sentences,
/// on a CUDA device.
bool attention_is_fused(const AttentionInputs& inputs);

/// Throws c10::Error as attention() does.
void check_attention_inputs(const AttentionInputs& inputs);

/// The right answer in plain LibTorch: any floating dtype, differentiable any number of times;
/// holds the [B·H, T, S] probabilities. Otherwise as attention().
AttentionOutputs attention_reference(const AttentionInputs& inputs);

}  // namespace nmt::kernels

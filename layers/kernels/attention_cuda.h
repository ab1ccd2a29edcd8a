// Fused attention of a batch on a CUDA device, without LibTorch (attention.h is the contract,
// attention_fused.md the derivation). The two sources behind it are twins: attention_cuda.cu holds
// the kernels, attention_no_cuda.cpp stands in for a build without CUDA. They trust their input and
// work in the default stream, as LibTorch does; all return before the device is done.
//
// Storage is float or bfloat16 (its 16 bits); all arithmetic is float.
//
// Shape letters: B batch, H heads, T queries, S keys, K head size.

#pragma once

#include <cstdint>

namespace nmt::kernels {

/// Bytes of shared memory that a block asks for at head size K; 0 if K is larger than the kernels
/// take.
int64_t attention_shared_bytes(int64_t size);

/// Whether the kernels take head size K on the current device. Its shared memory decides: Turing's
/// holds the tiles of 64, not those of 128. False without CUDA. Throws std::runtime_error if the
/// device does not answer.
bool cuda_attention_takes(int64_t size);

/// Row t of sentence b and head h starts at data + t * row_stride + h * head_stride, and behind
/// that b * sentence_stride in padded tensors, (first row of the sentence) * row_stride in packed
/// ones. The K numbers of a row are side by side.
template <class Value>
struct HeadRowsCuda {
  Value* data;
  int64_t sentence_stride;
  int64_t row_stride;
  int64_t head_stride;
};

/// Of one call; pointers are to memory of the device, as everywhere here.
struct AttentionCallCuda {
  int64_t batch;    ///< B
  int64_t heads;    ///< H
  int64_t size;     ///< K, one that cuda_attention_takes().
  int64_t queries;  ///< T, the longest.
  int64_t keys;     ///< S, the longest.
  /// [4, B]: first row of the queries, queries, first row of the keys and keys of each sentence.
  const int32_t* sentences;
  bool packed;            ///< Whether the rows of a sentence lie behind those of the one before.
  bool causal;            ///< Query t sees keys 0..t.
  float scale;            ///< Of the logits.
  double dropout;         ///< Probability; 0: none.
  uint64_t dropout_seed;  ///< Of the call; each query draws with a dropout_row_seed() of its own,
  int64_t dropout_first_row;  ///< numbered from here (attention_dropout_mask() of dropout.h).
};

/// What the forward pass writes for each valid query, [B, H, T] each.
struct RowStatisticsCuda {
  float* log_sum_exp;  ///< −∞ where no key is visible.
  float* entropy;      ///< Nats; null: not computed.
  float* max_logit;    ///< −∞ where no key is visible; null: not computed.
};

/// out = softmax(scale · Q Kᵀ, over visible keys) V. Throws std::runtime_error if the device
/// refuses.
template <class Value>
void attend_cuda(const AttentionCallCuda& call, const HeadRowsCuda<const Value>& q,
                 const HeadRowsCuda<const Value>& k, const HeadRowsCuda<const Value>& v,
                 const HeadRowsCuda<Value>& out, const RowStatisticsCuda& statistics);

/// What the backward pass reads and writes; `out` and log_sum_exp are the forward pass's.
template <class Value>
struct HeadGradientsCuda {
  HeadRowsCuda<const Value> q, k, v, out;
  HeadRowsCuda<const Value> grad_out;
  const float* log_sum_exp;  ///< [B, H, T]
  float* along;              ///< [B, H, T], scratch: ⟨out, grad_out⟩ of each row.
  HeadRowsCuda<Value> grad_q, grad_k, grad_v;
};

/// Gradients of the inputs from that of `out`, the same bits at every run. Dropout masks are drawn
/// again. Throws as attend_cuda().
template <class Value>
void attend_backward_cuda(const AttentionCallCuda& call, const HeadGradientsCuda<Value>& gradients);

}  // namespace nmt::kernels

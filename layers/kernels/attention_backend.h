// What a backend of the fused attention works on, without LibTorch: one call as plain arrays.
// attention.cpp makes it of tensors and holds the table of backends; attention.h is the contract,
// attention_fused.md the derivation.
//
// Backends trust their input, and read and write the valid rows alone. Storage is float or bfloat16
// (its 16 bits); all arithmetic is float. All pointers are to memory of the backend's device.
//
// Shape letters: B batch, H heads, T queries, S keys, K head size.

#pragma once

#include <cstdint>

#include "layers/kernels/dropout_mask.h"

namespace nmt::kernels {

enum class AttentionStorage { kFloat32, kBfloat16 };

/// The rows of all sentences and heads of one tensor: row t of sentence b and head h starts at
/// data + t * row_stride + h * head_stride, and behind that b * sentence_stride in padded tensors,
/// (first row of the sentence) * row_stride in packed ones. The K numbers of a row are side by
/// side.
struct HeadRows {
  void* data;
  int64_t sentence_stride;
  int64_t row_stride;
  int64_t head_stride;
};

/// Where the valid rows of a sentence are; the first ones count in packed tensors and in dropout.
struct AttentionSentence {
  int32_t first_query;
  int32_t queries;
  int32_t first_key;
  int32_t keys;
};

/// What both passes of a call need.
struct AttentionCall {
  int64_t batch;    ///< B
  int64_t heads;    ///< H
  int64_t size;     ///< K
  int64_t queries;  ///< T, the longest.
  int64_t keys;     ///< S, the longest.
  AttentionStorage storage;
  HeadRows q, k, v;
  HeadRows out;          ///< Like q; the backward pass reads it.
  float* log_sum_exp;    ///< [B, H, T], likewise: ln Σ e^logit; −∞ where no key is visible.
  const int32_t* table;  ///< [4, B]: the numbers of each AttentionSentence.
  bool packed;           ///< Whether the rows of a sentence lie behind those of the one before.
  bool causal;           ///< Query t sees keys 0..t.
  float scale;           ///< Of the logits.
  double dropout;        ///< Probability; 0: none.
  uint64_t dropout_seed;
  int64_t dropout_first_row;  ///< attention_dropout_mask() of dropout.h.

  constexpr AttentionSentence sentence(int64_t b) const {
    return {table[b], table[batch + b], table[2 * batch + b], table[3 * batch + b]};
  }
  /// Where query 0 of sentence b and head h stands in statistics [B, H, T].
  constexpr int64_t statistics_row(int64_t b, int64_t h) const { return (b * heads + h) * queries; }
  /// The seed of the dropout mask of query t of a sentence whose first one is `first_query`.
  constexpr uint64_t row_seed(int64_t first_query, int64_t h, int64_t t) const {
    return dropout_row_seed(dropout_seed, (dropout_first_row + first_query + t) * heads + h);
  }
  /// Row 0 of sentence b and head h; `first_row` of the sentence in packed tensors.
  template <class Value>
  constexpr Value* head(const HeadRows& rows, int64_t b, int64_t h, int64_t first_row) const {
    return static_cast<Value*>(rows.data) + h * rows.head_stride +
           (packed ? first_row * rows.row_stride : b * rows.sentence_stride);
  }
};

/// What the forward pass writes besides `out` and log_sum_exp, [B, H, T] each; null: not asked for.
struct AttentionStatistics {
  float* entropy;    ///< Nats; 0 where no key is visible.
  float* max_logit;  ///< −∞ where no key is visible.
};

/// What the backward pass works on besides the call; dropout masks are drawn again.
struct AttentionGradients {
  HeadRows grad_out;
  HeadRows grad_q, grad_k, grad_v;  ///< Written.
  float* scratch;                   ///< [B, H, T], the backend's own.
};

}  // namespace nmt::kernels

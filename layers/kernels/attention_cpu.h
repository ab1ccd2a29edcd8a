// Fused attention of one sentence and head on the CPU, without LibTorch (attention.h is the
// contract, attention_fused.md the derivation). One SIMD body is compiled for every instruction set
// and chosen at run time; it trusts its input.
//
// Storage is float or bfloat16 (its 16 bits); all arithmetic is float.
//
// Shape letters: T queries, S keys, K head size.

#pragma once

#include <cstddef>
#include <cstdint>

namespace nmt::kernels {

/// Row i of a matrix starts at data + i * stride; its numbers are side by side.
template <class Value>
struct RowMatrix {
  Value* data;
  size_t stride;
};

/// One sentence and head.
struct HeadShape {
  size_t queries;             ///< T without padding.
  size_t keys;                ///< S without padding.
  size_t size;                ///< K.
  bool causal;                ///< Query t sees keys 0..t.
  float scale;                ///< Of the logits.
  double dropout = 0.0;       ///< Probability; 0: none.
  uint64_t dropout_seed = 0;  ///< Of the whole call.
  /// Query t draws with dropout_row_seed(dropout_seed, first_row + t · row_step).
  uint64_t first_row = 0;
  uint64_t row_step = 1;
};

/// What the forward pass writes for each query, besides `out`; any may be null.
struct RowStatistics {
  float* log_sum_exp;  ///< [T]; −∞ where no key is visible.
  float* entropy;      ///< [T], nats; null: not computed.
  float* max_logit;    ///< [T]; −∞ where no key is visible.
};

/// Memory that calls of one thread share; grows as needed.
class AttentionScratch {
 public:
  AttentionScratch() = default;
  AttentionScratch(const AttentionScratch&) = delete;
  AttentionScratch& operator=(const AttentionScratch&) = delete;
  ~AttentionScratch();

  /// At least `count` floats, aligned for any vector; what was there before is gone.
  float* floats(size_t count);

 private:
  float* data_ = nullptr;
  size_t count_ = 0;
};

/// out = softmax(scale · Q Kᵀ, over visible keys) V. Memory: O((T + S) K).
void attend(const HeadShape& shape, RowMatrix<const float> q, RowMatrix<const float> k,
            RowMatrix<const float> v, RowMatrix<float> out, const RowStatistics& statistics,
            AttentionScratch& scratch);
void attend(const HeadShape& shape, RowMatrix<const uint16_t> q, RowMatrix<const uint16_t> k,
            RowMatrix<const uint16_t> v, RowMatrix<uint16_t> out, const RowStatistics& statistics,
            AttentionScratch& scratch);

/// What the backward pass reads and writes; `out` and log_sum_exp are the forward pass's.
template <class Value>
struct HeadGradients {
  RowMatrix<const Value> q, k, v, out;
  RowMatrix<const Value> grad_out;
  const float* log_sum_exp;
  RowMatrix<Value> grad_q, grad_k, grad_v;
};

/// Gradients of the inputs from that of `out`. Dropout masks are drawn again.
void attend_backward(const HeadShape& shape, const HeadGradients<float>& gradients,
                     AttentionScratch& scratch);
void attend_backward(const HeadShape& shape, const HeadGradients<uint16_t>& gradients,
                     AttentionScratch& scratch);

}  // namespace nmt::kernels

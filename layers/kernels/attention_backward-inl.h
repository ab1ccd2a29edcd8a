// The backward pass of the fused attention (attention_fused.md).
//
// Included once for every instruction set by attention_cpu.cpp.

#if defined(LAYERS_KERNELS_ATTENTION_BACKWARD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LAYERS_KERNELS_ATTENTION_BACKWARD_INL_H_
#undef LAYERS_KERNELS_ATTENTION_BACKWARD_INL_H_
#else
#define LAYERS_KERNELS_ATTENTION_BACKWARD_INL_H_
#endif

#include <hwy/highway.h>
#include <algorithm>
#include "layers/kernels/attention_parts-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nmt::kernels::HWY_NAMESPACE {

// One row of a tile in the backward pass. Its logits become probabilities, its gradients dP become
// P ∘ M ∘ dP with M the dropout mask; zeros where a key is not visible. Returns the sum of these.
HWY_INLINE float probabilities_row(const HeadShape& shape, const DropoutValues& mask,
                                   size_t first_key, size_t visible, size_t padded,
                                   float log_sum_exp, float* logits, float* gradients) {
  const FloatTag d;
  const FloatVector log_sums = hn::Set(d, log_sum_exp);
  FloatVector sums = hn::Zero(d);
  for (size_t i = 0; i < padded; i += hn::Lanes(d)) {
    const size_t left = visible > i ? visible - i : 0;
    const auto seen = hn::FirstN(d, std::min(left, hn::Lanes(d)));
    const FloatVector exponent = hn::Sub(hn::LoadU(d, logits + i), log_sums);
    const FloatVector p = hn::IfThenElseZero(seen, exp_of_negative(exponent));
    FloatVector gradient = hn::LoadU(d, gradients + i);
    if (shape.dropout > 0.0) {
      gradient = hn::Mul(gradient, mask(static_cast<uint32_t>(first_key + i)));
    }
    const FloatVector weighted = hn::Mul(p, gradient);
    sums = hn::Add(sums, weighted);
    hn::StoreU(p, d, logits + i);
    hn::StoreU(weighted, d, gradients + i);
  }
  return sum_of_lanes(sums);
}

// The second step, with D = Σ P ∘ M ∘ dP over all keys of the row: dS = P ∘ (M ∘ dP − D), and the
// probabilities become P ∘ M.
HWY_INLINE void logit_gradients_row(const HeadShape& shape, const DropoutValues& mask,
                                    size_t first_key, size_t padded, float dot,
                                    float* probabilities, float* gradients) {
  const FloatTag d;
  const FloatVector dots = hn::Set(d, dot);
  for (size_t i = 0; i < padded; i += hn::Lanes(d)) {
    const FloatVector p = hn::LoadU(d, probabilities + i);
    hn::StoreU(hn::NegMulAdd(p, dots, hn::LoadU(d, gradients + i)), d, gradients + i);
    if (shape.dropout > 0.0) {
      hn::StoreU(hn::Mul(p, mask(static_cast<uint32_t>(first_key + i))), d, probabilities + i);
    }
  }
}

template <class Value>
HWY_INLINE float dot(const Value* a, const Value* b, size_t count) {
  float sum = 0.0f;
  for (size_t i = 0; i < count; ++i) sum += to_float(a[i]) * to_float(b[i]);
  return sum;
}
HWY_INLINE float dot(const float* a, const float* b, size_t count) {
  const FloatTag d;
  FloatVector sums = hn::Zero(d);
  size_t i = 0;
  for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) {
    sums = hn::MulAdd(hn::LoadU(d, a + i), hn::LoadU(d, b + i), sums);
  }
  float sum = sum_of_lanes(sums);
  for (; i < count; ++i) sum += a[i] * b[i];
  return sum;
}

template <class Value>
struct Backward {
  const HeadShape& shape;
  const HeadGradients<Value>& gradients;
  TransposedPanels keys;  // Times scale.
  TransposedPanels values;
  KeyPanels key_rows;
  float* probabilities;    // [kQueryBlock, kKeyBlock]
  float* logit_gradients;  // [kQueryBlock, kKeyBlock]
  float* query_sums;       // [kQueryBlock, padded size]
  float* key_sums;         // [S, padded size]
  float* value_sums;       // [S, padded size]
  float* query_panels;     // [kQueryBlock, size], packed
  float* grad_panels;      // The same of the gradient of out.
  float* query_copy;
  float* grad_copy;
};

template <class Value>
HWY_INLINE void attend_queries_backward(const Backward<Value>& b, size_t first, size_t count) {
  const HeadShape& shape = b.shape;
  const HeadGradients<Value>& g = b.gradients;
  const size_t padded_size = round_up(shape.size, float_lanes());
  const RowMatrix<const Value> query_rows{g.q.data + first * g.q.stride, g.q.stride};
  const RowMatrix<const Value> grad_rows{g.grad_out.data + first * g.grad_out.stride,
                                         g.grad_out.stride};
  const RowMatrix<const float> q = float_rows(query_rows, count, shape.size, b.query_copy);
  const RowMatrix<const float> grad = float_rows(grad_rows, count, shape.size, b.grad_copy);
  pack_rows(q.data, q.stride, count, shape.size, b.query_panels);
  pack_rows(grad.data, grad.stride, count, shape.size, b.grad_panels);
  const size_t visible = visible_keys(shape, first + count - 1);
  for (size_t key = 0; key < visible; key += kKeyBlock) {
    const KeyBlock block = key_block(shape, key, first + count - 1);
    const size_t padded = round_up(block.count, float_lanes());
    multiply({q.data, q.stride, 1}, count, b.keys.block(key), shape.size, block.count,
             b.probabilities, kKeyBlock, /*accumulate=*/false);
    multiply({grad.data, grad.stride, 1}, count, b.values.block(key), shape.size, block.count,
             b.logit_gradients, kKeyBlock, /*accumulate=*/false);
    for (size_t r = 0; r < count; ++r) {
      float* p = b.probabilities + r * kKeyBlock;
      float* gradients = b.logit_gradients + r * kKeyBlock;
      const DropoutValues mask = row_mask(shape, first + r);
      const float sum = probabilities_row(shape, mask, key, block.visible(first + r), padded,
                                          g.log_sum_exp[first + r], p, gradients);
      // With all keys in one tile, D is the sum; else it is dO · out, which is the same but for
      // rounding.
      const float d = visible <= kKeyBlock
                          ? sum
                          : dot(grad_rows.data + r * grad_rows.stride,
                                g.out.data + (first + r) * g.out.stride, shape.size);
      logit_gradients_row(shape, mask, key, padded, d, p, gradients);
    }
    multiply({b.probabilities, 1, kKeyBlock}, block.count, {b.grad_panels, count}, count,
             shape.size, b.value_sums + key * padded_size, padded_size, /*accumulate=*/true);
    multiply({b.logit_gradients, 1, kKeyBlock}, block.count, {b.query_panels, count}, count,
             shape.size, b.key_sums + key * padded_size, padded_size, /*accumulate=*/true);
    multiply({b.logit_gradients, kKeyBlock, 1}, count, b.key_rows.block(key), block.count,
             shape.size, b.query_sums, padded_size, /*accumulate=*/key > 0);
  }
  for (size_t r = 0; r < count; ++r) {
    Value* to = g.grad_q.data + (first + r) * g.grad_q.stride;
    if (visible == 0) {
      std::fill(to, to + shape.size, Value{0});
    } else {
      copy_scaled(b.query_sums + r * padded_size, shape.size, shape.scale, to);
    }
  }
}

template <class Value>
HWY_INLINE void attend_head_backward(const HeadShape& shape, const HeadGradients<Value>& gradients,
                                     AttentionScratch& scratch) {
  const size_t transposed = TransposedPanels::floats(shape.keys, shape.size);
  const size_t by_rows = KeyPanels::floats(shape.keys, shape.size);
  const size_t padded_size = round_up(shape.size, float_lanes());
  const size_t key_rows = shape.keys * padded_size;
  const size_t query_rows = kQueryBlock * padded_size;
  const size_t packed = panels_size(kQueryBlock, shape.size);
  constexpr size_t kTile = kQueryBlock * kKeyBlock;
  Parts parts(scratch.floats(2 * Parts::rounded(transposed) + Parts::rounded(by_rows) +
                             2 * Parts::rounded(kTile) + 3 * Parts::rounded(query_rows) +
                             2 * Parts::rounded(key_rows) + 2 * Parts::rounded(packed)));
  float* keys = parts.take(transposed);
  const Backward<Value> backward{
      .shape = shape,
      .gradients = gradients,
      .keys = TransposedPanels(gradients.k, shape.keys, shape.size, keys),
      .values = TransposedPanels(gradients.v, shape.keys, shape.size, parts.take(transposed)),
      .key_rows = KeyPanels(gradients.k, shape.keys, shape.size, parts.take(by_rows)),
      .probabilities = parts.take(kTile),
      .logit_gradients = parts.take(kTile),
      .query_sums = parts.take(query_rows),
      .key_sums = parts.take(key_rows),
      .value_sums = parts.take(key_rows),
      .query_panels = parts.take(packed),
      .grad_panels = parts.take(packed),
      .query_copy = parts.take(query_rows),
      .grad_copy = parts.take(query_rows)};
  scale_row(keys, transposed, shape.scale);
  std::fill_n(backward.key_sums, key_rows, 0.0f);
  std::fill_n(backward.value_sums, key_rows, 0.0f);
  for (size_t first = 0; first < shape.queries; first += kQueryBlock) {
    attend_queries_backward(backward, first, std::min(kQueryBlock, shape.queries - first));
  }
  for (size_t s = 0; s < shape.keys; ++s) {
    copy_scaled(backward.key_sums + s * padded_size, shape.size, shape.scale,
                gradients.grad_k.data + s * gradients.grad_k.stride);
    copy_scaled(backward.value_sums + s * padded_size, shape.size, 1.0f,
                gradients.grad_v.data + s * gradients.grad_v.stride);
  }
}

}  // namespace nmt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LAYERS_KERNELS_ATTENTION_BACKWARD_INL_H_

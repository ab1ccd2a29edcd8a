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

// Of each query of a block.
struct QueryValues {
  HWY_ALIGN float log_sum_exp[kQueryBlock] = {};
  HWY_ALIGN float dot[kQueryBlock] = {};  // D = Σ P ∘ M ∘ dP over all its keys.
};

// A column of tiles in the backward pass: logits become probabilities P, gradients dP become
// P ∘ M ∘ dP with M the dropout mask; zeros where a key is not seen. Returns the sums of these.
HWY_INLINE FloatVector probabilities_column(float* logits, float* gradients,
                                            const TileColumn& column, size_t lane,
                                            const QueryMasks& masks, FloatVector log_sum_exp) {
  const FloatTag d;
  FloatVector sum = hn::Zero(d);
  const auto weigh = [&](size_t row, bool all) HWY_ATTR {
    float* logit = logits + row * kQueryBlock;
    float* gradient = gradients + row * kQueryBlock;
    FloatVector p = exp_of_negative(hn::Sub(hn::Load(d, logit), log_sum_exp));
    if (!all) p = hn::IfThenElseZero(column.see(row), p);
    FloatVector weighted = hn::Mul(p, hn::Load(d, gradient));
    if (masks.drops()) weighted = hn::Mul(weighted, masks(column.first_key + row, lane));
    sum = hn::Add(sum, weighted);
    hn::Store(p, d, logit);
    hn::Store(weighted, d, gradient);
  };
  const size_t all = column.seen_by_all(), seen = column.seen();
  for (size_t row = 0; row < all; ++row) weigh(row, true);
  for (size_t row = all; row < seen; ++row) weigh(row, false);
  for (size_t row = seen; row < column.keys; ++row) {
    hn::Store(hn::Zero(d), d, logits + row * kQueryBlock);
    hn::Store(hn::Zero(d), d, gradients + row * kQueryBlock);
  }
  return sum;
}

// The second step: gradients become dS = P ∘ (M ∘ dP − D), probabilities P ∘ M.
HWY_INLINE void logit_gradients_column(float* probabilities, float* gradients,
                                       const TileColumn& column, size_t lane,
                                       const QueryMasks& masks, FloatVector dot) {
  const FloatTag d;
  for (size_t row = 0; row < column.seen(); ++row) {
    float* probability = probabilities + row * kQueryBlock;
    float* gradient = gradients + row * kQueryBlock;
    const FloatVector p = hn::Load(d, probability);
    hn::Store(hn::NegMulAdd(p, dot, hn::Load(d, gradient)), d, gradient);
    if (masks.drops()) {
      hn::Store(hn::Mul(p, masks(column.first_key + row, lane)), d, probability);
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

// Everything of one head that does not change from query block to query block.
template <class Value>
struct Backward {
  const Head& head;
  RowMatrix<const Value> q, out, grad_out;
  RowMatrix<Value> grad_q;
  const float* log_sum_exp;
  RowMatrix<const float> keys;
  RowMatrix<const float> values;
  KeyPanels key_panels;
  float* probabilities;    // A tile.
  float* logit_gradients;  // A tile.
  float* queries;          // One block, transposed, times scale.
  float* grad_outs;        // One block, transposed.
  float* query_panels;     // The blocks by rows.
  float* grad_out_panels;
  float* query_sums;  // [kQueryBlock, padded size]
  float* key_sums;    // [S, padded size]
  float* value_sums;  // [S, padded size]
};

// What the block's queries need in the products, and per query.
template <class Value>
HWY_INLINE QueryValues prepare_queries(const Backward<Value>& b, const QueryBlock& queries,
                                       bool one_tile) {
  const size_t size = b.head.size;
  const Value* q = b.q.data + queries.first * b.q.stride;
  const Value* grad = b.grad_out.data + queries.first * b.grad_out.stride;
  pack_transposed(q, b.q.stride, size, queries.count, b.queries);
  scale_row(b.queries, panels_size(size, queries.count), b.head.scale);
  pack_transposed(grad, b.grad_out.stride, size, queries.count, b.grad_outs);
  pack_rows(q, b.q.stride, queries.count, size, b.query_panels);
  pack_rows(grad, b.grad_out.stride, queries.count, size, b.grad_out_panels);
  QueryValues values;
  std::copy_n(b.log_sum_exp + queries.first, queries.count, values.log_sum_exp);
  // With all keys in one tile D is summed there; else it is dO · out, the same but for rounding.
  for (size_t i = 0; !one_tile && i < queries.count; ++i) {
    const Value* out = b.out.data + (queries.first + i) * b.out.stride;
    values.dot[i] = dot(grad + i * b.grad_out.stride, out, size);
  }
  return values;
}

template <class Value>
HWY_INLINE void attend_queries_backward(const Backward<Value>& b, const QueryBlock& queries) {
  const FloatTag d;
  const Head& head = b.head;
  const size_t size = head.size, padded_size = round_up(size, float_lanes());
  const size_t visible = visible_keys(head, queries);
  const bool one_tile = visible <= kKeyBlock;
  const QueryValues values = prepare_queries(b, queries, one_tile);
  const QueryMasks masks(head, queries);
  for (size_t key = 0; key < visible; key += kKeyBlock) {
    const size_t keys = std::min(kKeyBlock, visible - key);
    multiply(left_rows(b.keys, key), keys, {b.queries, size}, size, queries.count, b.probabilities,
             kQueryBlock, /*accumulate=*/false);
    multiply(left_rows(b.values, key), keys, {b.grad_outs, size}, size, queries.count,
             b.logit_gradients, kQueryBlock, /*accumulate=*/false);
    for (size_t lane = 0; lane < queries.count; lane += float_lanes()) {
      const TileColumn column = {queries.first + lane, key, keys, head.causal};
      float* probabilities = b.probabilities + lane;
      float* gradients = b.logit_gradients + lane;
      const FloatVector sum = probabilities_column(probabilities, gradients, column, lane, masks,
                                                   hn::Load(d, values.log_sum_exp + lane));
      logit_gradients_column(probabilities, gradients, column, lane, masks,
                             one_tile ? sum : hn::Load(d, values.dot + lane));
    }
    multiply(by_keys(b.probabilities), keys, {b.grad_out_panels, queries.count}, queries.count,
             size, b.value_sums + key * padded_size, padded_size, /*accumulate=*/true);
    multiply(by_keys(b.logit_gradients), keys, {b.query_panels, queries.count}, queries.count, size,
             b.key_sums + key * padded_size, padded_size, /*accumulate=*/true);
    multiply(by_queries(b.logit_gradients), queries.count, b.key_panels.block(key), keys, size,
             b.query_sums, padded_size, /*accumulate=*/key > 0);
  }
  for (size_t i = 0; i < queries.count; ++i) {
    Value* to = b.grad_q.data + (queries.first + i) * b.grad_q.stride;
    if (visible == 0) {
      std::fill(to, to + size, Value{0});
    } else {
      copy_scaled(b.query_sums + i * padded_size, size, head.scale, to);
    }
  }
}

template <class Value>
void attend_head_backward(const Head& head, const AttentionGradients& gradients, Scratch& scratch) {
  const AttentionCall& call = head.call;
  const size_t size = head.size, padded_size = round_up(size, float_lanes());
  const size_t row_copy = row_copy_size<Value>(head.keys, size);
  const size_t transposed = panels_size(size, kQueryBlock),
               by_rows = panels_size(kQueryBlock, size);
  const size_t sums_of_keys = head.keys * padded_size;
  const auto [keys, values, key_panels, probabilities, logit_gradients, queries, grad_outs,
              query_panels, grad_out_panels, query_sums, key_sums, value_sums] =
      scratch.parts({row_copy, row_copy, KeyPanels::floats(head.keys, size), kTileSize, kTileSize,
                     transposed, transposed, by_rows, by_rows, kQueryBlock * padded_size,
                     sums_of_keys, sums_of_keys});
  const auto k = head.key_rows<const Value>(call.k), v = head.key_rows<const Value>(call.v);
  const Backward<Value> backward{.head = head,
                                 .q = head.query_rows<const Value>(call.q),
                                 .out = head.query_rows<const Value>(call.out),
                                 .grad_out = head.query_rows<const Value>(gradients.grad_out),
                                 .grad_q = head.query_rows<Value>(gradients.grad_q),
                                 .log_sum_exp = head.statistics(call.log_sum_exp),
                                 .keys = float_rows(k, head.keys, size, keys),
                                 .values = float_rows(v, head.keys, size, values),
                                 .key_panels = KeyPanels(k, head.keys, size, key_panels),
                                 .probabilities = probabilities,
                                 .logit_gradients = logit_gradients,
                                 .queries = queries,
                                 .grad_outs = grad_outs,
                                 .query_panels = query_panels,
                                 .grad_out_panels = grad_out_panels,
                                 .query_sums = query_sums,
                                 .key_sums = key_sums,
                                 .value_sums = value_sums};
  std::fill_n(key_sums, sums_of_keys, 0.0f);
  std::fill_n(value_sums, sums_of_keys, 0.0f);
  for (size_t first = 0; first < head.queries; first += kQueryBlock) {
    attend_queries_backward(backward, {first, std::min(kQueryBlock, head.queries - first)});
  }
  const auto grad_k = head.key_rows<Value>(gradients.grad_k);
  const auto grad_v = head.key_rows<Value>(gradients.grad_v);
  for (size_t s = 0; s < head.keys; ++s) {
    copy_scaled(key_sums + s * padded_size, size, head.scale, grad_k.data + s * grad_k.stride);
    copy_scaled(value_sums + s * padded_size, size, 1.0f, grad_v.data + s * grad_v.stride);
  }
}

}  // namespace nmt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LAYERS_KERNELS_ATTENTION_BACKWARD_INL_H_

// The forward pass of the fused attention (attention_fused.md).
//
// Included once for every instruction set by attention_cpu.cpp.

#if defined(LAYERS_KERNELS_ATTENTION_FORWARD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LAYERS_KERNELS_ATTENTION_FORWARD_INL_H_
#undef LAYERS_KERNELS_ATTENTION_FORWARD_INL_H_
#else
#define LAYERS_KERNELS_ATTENTION_FORWARD_INL_H_
#endif

#include <hwy/highway.h>
#include <algorithm>
#include <cmath>
#include "layers/kernels/attention_parts-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nmt::kernels::HWY_NAMESPACE {

// The running state of one query's online softmax, over the keys seen so far.
struct RowState {
  float max = kMinusInfinity;
  float sum = 0.0f;           // Σ e^(s − max)
  float weighted_sum = 0.0f;  // Σ e^(s − max) (s − max)
};

template <bool kEntropy>
HWY_INLINE void add_exponentials(FloatVector logits, FloatVector max, FloatVector exponentials,
                                 FloatVector& sum, FloatVector& weighted_sum) {
  sum = hn::Add(sum, exponentials);
  if (kEntropy) weighted_sum = hn::MulAdd(exponentials, hn::Sub(logits, max), weighted_sum);
}

// Turns the `visible` logits of a row into e^(s − max), zeros up to `padded`, and moves the state
// on. Returns the factor of what was summed before.
template <bool kEntropy>
HWY_INLINE float softmax_row(float* row, size_t visible, size_t padded, RowState& state) {
  const FloatTag d;
  const size_t lanes = hn::Lanes(d);
  const size_t whole = visible / lanes * lanes;
  const auto last_lanes = hn::FirstN(d, visible - whole);
  const FloatVector lowest = hn::Set(d, kMinusInfinity);

  FloatVector largest = hn::Set(d, state.max);
  for (size_t i = 0; i < whole; i += lanes) largest = hn::Max(largest, hn::LoadU(d, row + i));
  if (whole < visible) {
    largest = hn::Max(largest, hn::IfThenElse(last_lanes, hn::LoadU(d, row + whole), lowest));
  }
  const float max = max_of_lanes(largest);
  const FloatVector max_vector = hn::Set(d, max);

  FloatVector sum = hn::Zero(d);
  FloatVector weighted_sum = hn::Zero(d);
  for (size_t i = 0; i < whole; i += lanes) {
    const FloatVector logits = hn::LoadU(d, row + i);
    const FloatVector exponentials = exp_of_negative(hn::Sub(logits, max_vector));
    hn::StoreU(exponentials, d, row + i);
    add_exponentials<kEntropy>(logits, max_vector, exponentials, sum, weighted_sum);
  }
  size_t end = whole;
  if (whole < visible) {
    const FloatVector logits = hn::IfThenElse(last_lanes, hn::LoadU(d, row + whole), max_vector);
    const FloatVector exponentials =
        hn::IfThenElseZero(last_lanes, exp_of_negative(hn::Sub(logits, max_vector)));
    hn::StoreU(exponentials, d, row + whole);
    add_exponentials<kEntropy>(logits, max_vector, exponentials, sum, weighted_sum);
    end += lanes;
  }
  for (; end < padded; end += lanes) hn::StoreU(hn::Zero(d), d, row + end);

  const bool first = state.sum == 0.0f;
  const float factor = first ? 0.0f : std::exp(state.max - max);
  if (kEntropy) {
    const float before =
        first ? 0.0f : factor * (state.weighted_sum + (state.max - max) * state.sum);
    state.weighted_sum = before + sum_of_lanes(weighted_sum);
  }
  state.sum = factor * state.sum + sum_of_lanes(sum);
  state.max = max;
  return factor;
}

HWY_INLINE void multiply_by_mask(const DropoutValues& mask, size_t first_key, size_t count,
                                 float* row) {
  const FloatTag d;
  for (size_t i = 0; i < count; i += hn::Lanes(d)) {
    const FloatVector values = mask(static_cast<uint32_t>(first_key + i));
    hn::StoreU(hn::Mul(values, hn::LoadU(d, row + i)), d, row + i);
  }
}

HWY_INLINE void write_statistics(const RowState& state, size_t query,
                                 const RowStatistics& statistics) {
  const bool empty = state.sum == 0.0f;
  const float log_sum = empty ? kMinusInfinity : std::log(state.sum);
  if (statistics.log_sum_exp) statistics.log_sum_exp[query] = empty ? log_sum : state.max + log_sum;
  if (statistics.max_logit) statistics.max_logit[query] = state.max;
  if (statistics.entropy) {
    statistics.entropy[query] =
        empty ? 0.0f : std::max(0.0f, log_sum - state.weighted_sum / state.sum);
  }
}

// Everything of one head that does not change from query block to query block.
template <class Value>
struct Forward {
  const HeadShape& shape;
  RowMatrix<const Value> q;
  RowMatrix<Value> out;
  const RowStatistics& statistics;
  TransposedPanels keys;
  KeyPanels values;
  float* logits;      // [kQueryBlock, kKeyBlock]
  float* sums;        // [kQueryBlock, padded size]: out before it is divided.
  float* query_copy;  // [kQueryBlock, size]
};

template <bool kEntropy, class Value>
HWY_INLINE void attend_queries(const Forward<Value>& f, size_t first, size_t count) {
  const HeadShape& shape = f.shape;
  const size_t padded_size = round_up(shape.size, float_lanes());
  const RowMatrix<const float> q =
      float_rows({f.q.data + first * f.q.stride, f.q.stride}, count, shape.size, f.query_copy);
  RowState states[kQueryBlock];
  const size_t visible = visible_keys(shape, first + count - 1);
  for (size_t key = 0; key < visible; key += kKeyBlock) {
    const KeyBlock block = key_block(shape, key, first + count - 1);
    const size_t padded = round_up(block.count, float_lanes());
    multiply({q.data, q.stride, 1}, count, f.keys.block(key), shape.size, block.count, f.logits,
             kKeyBlock, /*accumulate=*/false);
    for (size_t r = 0; r < count; ++r) {
      float* row = f.logits + r * kKeyBlock;
      const size_t seen = block.visible(first + r);
      if (seen == 0) {
        std::fill(row, row + padded, 0.0f);
        continue;
      }
      const float factor = softmax_row<kEntropy>(row, seen, padded, states[r]);
      if (shape.dropout > 0.0) multiply_by_mask(row_mask(shape, first + r), key, padded, row);
      if (key > 0 && factor != 1.0f) scale_row(f.sums + r * padded_size, padded_size, factor);
    }
    multiply({f.logits, kKeyBlock, 1}, count, f.values.block(key), block.count, shape.size, f.sums,
             padded_size, /*accumulate=*/key > 0);
  }
  for (size_t r = 0; r < count; ++r) {
    Value* out = f.out.data + (first + r) * f.out.stride;
    const float sum = states[r].sum;
    if (sum == 0.0f) {
      std::fill(out, out + shape.size, Value{0});
    } else {
      copy_scaled(f.sums + r * padded_size, shape.size, 1.0f / sum, out);
    }
    write_statistics(states[r], first + r, f.statistics);
  }
}

template <class Value>
HWY_INLINE void attend_head(const HeadShape& shape, RowMatrix<const Value> q,
                            RowMatrix<const Value> k, RowMatrix<const Value> v,
                            RowMatrix<Value> out, const RowStatistics& statistics,
                            AttentionScratch& scratch) {
  const size_t keys_size = TransposedPanels::floats(shape.keys, shape.size);
  const size_t values_size = KeyPanels::floats(shape.keys, shape.size);
  const size_t rows_size = kQueryBlock * round_up(shape.size, float_lanes());
  constexpr size_t kTile = kQueryBlock * kKeyBlock;
  Parts parts(scratch.floats(Parts::rounded(keys_size) + Parts::rounded(values_size) +
                             Parts::rounded(kTile) + 2 * Parts::rounded(rows_size)));
  float* keys = parts.take(keys_size);
  const Forward<Value> forward{
      .shape = shape,
      .q = q,
      .out = out,
      .statistics = statistics,
      .keys = TransposedPanels(k, shape.keys, shape.size, keys),
      .values = KeyPanels(v, shape.keys, shape.size, parts.take(values_size)),
      .logits = parts.take(kTile),
      .sums = parts.take(rows_size),
      .query_copy = parts.take(rows_size)};
  scale_row(keys, keys_size, shape.scale);
  for (size_t first = 0; first < shape.queries; first += kQueryBlock) {
    const size_t count = std::min(kQueryBlock, shape.queries - first);
    if (statistics.entropy) {
      attend_queries<true>(forward, first, count);
    } else {
      attend_queries<false>(forward, first, count);
    }
  }
}

}  // namespace nmt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LAYERS_KERNELS_ATTENTION_FORWARD_INL_H_

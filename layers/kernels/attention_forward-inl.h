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
#include "layers/kernels/attention_parts-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nmt::kernels::HWY_NAMESPACE {

// The running state of each query's online softmax, over the keys seen so far.
struct SoftmaxStates {
  HWY_ALIGN float max[kQueryBlock];
  HWY_ALIGN float sum[kQueryBlock];           // Σ e^(s − max)
  HWY_ALIGN float weighted_sum[kQueryBlock];  // Σ e^(s − max) (s − max)
  HWY_ALIGN float factor[kQueryBlock];        // Of what was summed before the last key block.

  SoftmaxStates() {
    std::fill_n(max, kQueryBlock, kMinusInfinity);
    std::fill_n(sum, kQueryBlock, 0.0f);
    std::fill_n(weighted_sum, kQueryBlock, 0.0f);
    std::fill_n(factor, kQueryBlock, 0.0f);
  }
};

// The largest visible logit of each query of a column, or `before` if that is larger.
HWY_INLINE FloatVector largest_logits(const float* tile, const TileColumn& column,
                                      FloatVector before) {
  const FloatTag d;
  const size_t all = column.seen_by_all();
  FloatVector a = before, b = before, c = before, e = before;  // Four chains, not one.
  size_t row = 0;
  for (; row + 4 <= all; row += 4) {
    a = hn::Max(a, hn::Load(d, tile + row * kQueryBlock));
    b = hn::Max(b, hn::Load(d, tile + (row + 1) * kQueryBlock));
    c = hn::Max(c, hn::Load(d, tile + (row + 2) * kQueryBlock));
    e = hn::Max(e, hn::Load(d, tile + (row + 3) * kQueryBlock));
  }
  for (; row < all; ++row) a = hn::Max(a, hn::Load(d, tile + row * kQueryBlock));
  for (; row < column.seen(); ++row) {
    const FloatVector logits = hn::Load(d, tile + row * kQueryBlock);
    b = hn::Max(b, hn::IfThenElse(column.see(row), logits, before));
  }
  return hn::Max(hn::Max(a, b), hn::Max(c, e));
}

// Turns a column of logits into e^(s − max), zeros where a key is not seen, and moves the states of
// its queries, which start at `lane`, on.
template <bool kEntropy>
HWY_INLINE void softmax_column(float* tile, const TileColumn& column, size_t lane,
                               SoftmaxStates& states) {
  const FloatTag d;
  const FloatVector old_max = hn::Load(d, states.max + lane);
  const FloatVector max = largest_logits(tile, column, old_max);
  FloatVector sum = hn::Zero(d);
  FloatVector weighted_sum = hn::Zero(d);
  const auto exponentiate = [&](size_t row, bool all) HWY_ATTR {
    const FloatVector below = hn::Sub(hn::Load(d, tile + row * kQueryBlock), max);
    FloatVector exponentials = exp_of_negative(below);
    if (!all) exponentials = hn::IfThenElseZero(column.see(row), exponentials);
    hn::Store(exponentials, d, tile + row * kQueryBlock);
    sum = hn::Add(sum, exponentials);
    if (kEntropy) weighted_sum = hn::MulAdd(exponentials, below, weighted_sum);
  };
  const size_t all = column.seen_by_all(), seen = column.seen();
  for (size_t row = 0; row < all; ++row) exponentiate(row, true);
  for (size_t row = all; row < seen; ++row) exponentiate(row, false);
  for (size_t row = seen; row < column.keys; ++row) {
    hn::Store(hn::Zero(d), d, tile + row * kQueryBlock);
  }
  if (column.first_key > 0) {
    const FloatVector fall = hn::Sub(old_max, max);
    const FloatVector factor = exp_of_negative(fall);
    const FloatVector old_sum = hn::Load(d, states.sum + lane);
    if (kEntropy) {
      const FloatVector old = hn::MulAdd(fall, old_sum, hn::Load(d, states.weighted_sum + lane));
      weighted_sum = hn::MulAdd(factor, old, weighted_sum);
    }
    sum = hn::MulAdd(factor, old_sum, sum);
    hn::Store(factor, d, states.factor + lane);
  }
  hn::Store(max, d, states.max + lane);
  hn::Store(sum, d, states.sum + lane);
  hn::Store(weighted_sum, d, states.weighted_sum + lane);
}

HWY_INLINE void mask_column(float* tile, const TileColumn& column, size_t lane,
                            const QueryMasks& masks) {
  const FloatTag d;
  for (size_t row = 0; row < column.seen(); ++row) {
    float* p = tile + row * kQueryBlock;
    hn::Store(hn::Mul(masks(column.first_key + row, lane), hn::Load(d, p)), d, p);
  }
}

// Everything of one head that does not change from query block to query block.
template <class Value>
struct Forward {
  const Head& head;
  RowMatrix<const Value> q;
  RowMatrix<Value> out;
  float* log_sum_exp;
  AttentionStatistics statistics;  // Of this head.
  RowMatrix<const float> keys;
  KeyPanels values;
  float* queries;  // One block, transposed, times scale.
  float* tile;
  float* sums;  // [kQueryBlock, padded size]: out before it is divided.
};

// Log-sum-exp, largest logit and entropy of a block's queries.
template <class Value>
HWY_INLINE void write_statistics(const Forward<Value>& f, const QueryBlock& queries,
                                 const SoftmaxStates& states) {
  const FloatTag d;
  for (size_t lane = 0; lane < queries.count; lane += hn::Lanes(d)) {
    const size_t query = queries.first + lane, count = queries.count - lane;
    const FloatVector max = hn::Load(d, states.max + lane);
    const FloatVector sum = hn::Load(d, states.sum + lane);
    // A NaN has no logarithm here, and shall stay one.
    const FloatVector log_sum = hn::IfThenElse(hn::Eq(sum, sum), log_of_one_or_more(sum), sum);
    store_part(hn::Add(max, log_sum), count, f.log_sum_exp + query);
    if (f.statistics.max_logit) store_part(max, count, f.statistics.max_logit + query);
    if (f.statistics.entropy) {
      const FloatVector mean = hn::Div(hn::Load(d, states.weighted_sum + lane), sum);
      const FloatVector entropy = hn::Sub(log_sum, mean);
      // Rounding may take it below 0; a NaN stays one.
      store_part(hn::IfThenElse(hn::Lt(entropy, hn::Zero(d)), hn::Zero(d), entropy), count,
                 f.statistics.entropy + query);
    }
  }
}

template <class Value>
HWY_INLINE void write_queries(const Forward<Value>& f, const QueryBlock& queries,
                              const SoftmaxStates& states) {
  const size_t size = f.head.size, padded_size = round_up(size, float_lanes());
  for (size_t i = 0; i < queries.count; ++i) {
    copy_scaled(f.sums + i * padded_size, size, 1.0f / states.sum[i],
                f.out.data + (queries.first + i) * f.out.stride);
  }
  write_statistics(f, queries, states);
}

// What a head without keys gives.
template <class Value>
HWY_INLINE void write_nothing_seen(const Forward<Value>& f) {
  const size_t count = f.head.queries;
  for (size_t i = 0; i < count; ++i) {
    std::fill_n(f.out.data + i * f.out.stride, f.head.size, Value{0});
  }
  std::fill_n(f.log_sum_exp, count, kMinusInfinity);
  if (f.statistics.max_logit) std::fill_n(f.statistics.max_logit, count, kMinusInfinity);
  if (f.statistics.entropy) std::fill_n(f.statistics.entropy, count, 0.0f);
}

template <bool kEntropy, class Value>
HWY_INLINE void attend_queries(const Forward<Value>& f, const QueryBlock& queries) {
  const Head& head = f.head;
  const size_t padded_size = round_up(head.size, float_lanes());
  pack_transposed(f.q.data + queries.first * f.q.stride, f.q.stride, head.size, queries.count,
                  f.queries);
  scale_row(f.queries, panels_size(head.size, queries.count), head.scale);
  const QueryMasks masks(head, queries);
  SoftmaxStates states;
  const size_t visible = visible_keys(head, queries);
  for (size_t key = 0; key < visible; key += kKeyBlock) {
    const size_t keys = std::min(kKeyBlock, visible - key);
    multiply(left_rows(f.keys, key), keys, {f.queries, head.size}, head.size, queries.count, f.tile,
             kQueryBlock, /*accumulate=*/false);
    for (size_t lane = 0; lane < queries.count; lane += float_lanes()) {
      const TileColumn column = {queries.first + lane, key, keys, head.causal};
      softmax_column<kEntropy>(f.tile + lane, column, lane, states);
      if (masks.drops()) mask_column(f.tile + lane, column, lane, masks);
    }
    if (key > 0) {
      for (size_t i = 0; i < queries.count; ++i) {
        const float factor = states.factor[i];
        if (factor != 1.0f) scale_row(f.sums + i * padded_size, padded_size, factor);
      }
    }
    multiply(by_queries(f.tile), queries.count, f.values.block(key), keys, head.size, f.sums,
             padded_size, /*accumulate=*/key > 0);
  }
  write_queries(f, queries, states);
}

template <class Value>
void attend_head(const Head& head, const AttentionStatistics& statistics, Scratch& scratch) {
  const AttentionCall& call = head.call;
  const size_t row_copies = row_copy_size<Value>(head.keys, head.size);
  const auto [keys, values, queries, tile, sums] = scratch.parts(
      {row_copies, KeyPanels::floats(head.keys, head.size), panels_size(head.size, kQueryBlock),
       kTileSize, kQueryBlock * round_up(head.size, float_lanes())});
  const Forward<Value> forward{
      .head = head,
      .q = head.query_rows<const Value>(call.q),
      .out = head.query_rows<Value>(call.out),
      .log_sum_exp = head.statistics(call.log_sum_exp),
      .statistics = {head.statistics(statistics.entropy), head.statistics(statistics.max_logit)},
      .keys = float_rows(head.key_rows<const Value>(call.k), head.keys, head.size, keys),
      .values = KeyPanels(head.key_rows<const Value>(call.v), head.keys, head.size, values),
      .queries = queries,
      .tile = tile,
      .sums = sums};
  if (head.keys == 0) return write_nothing_seen(forward);
  for (size_t first = 0; first < head.queries; first += kQueryBlock) {
    const QueryBlock block = {first, std::min(kQueryBlock, head.queries - first)};
    if (statistics.entropy) {
      attend_queries<true>(forward, block);
    } else {
      attend_queries<false>(forward, block);
    }
  }
}

}  // namespace nmt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LAYERS_KERNELS_ATTENTION_FORWARD_INL_H_

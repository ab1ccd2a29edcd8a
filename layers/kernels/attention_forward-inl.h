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
  const HeadShape& shape;
  RowMatrix<const Value> q;
  RowMatrix<Value> out;
  const RowStatistics& statistics;
  RowMatrix<const float> keys;
  KeyPanels values;
  float* queries;  // One block, transposed, times scale.
  float* tile;
  float* sums;  // [kQueryBlock, padded size]: out before it is divided.
};

// Log-sum-exp, largest logit and entropy of a block's queries.
HWY_INLINE void write_statistics(const RowStatistics& statistics, const QueryBlock& queries,
                                 const SoftmaxStates& states) {
  const FloatTag d;
  for (size_t lane = 0; lane < queries.count; lane += hn::Lanes(d)) {
    const size_t query = queries.first + lane, count = queries.count - lane;
    const FloatVector max = hn::Load(d, states.max + lane);
    const FloatVector sum = hn::Load(d, states.sum + lane);
    // A NaN has no logarithm here, and shall stay one.
    const FloatVector log_sum = hn::IfThenElse(hn::Eq(sum, sum), log_of_one_or_more(sum), sum);
    if (statistics.log_sum_exp) {
      store_part(hn::Add(max, log_sum), count, statistics.log_sum_exp + query);
    }
    if (statistics.max_logit) store_part(max, count, statistics.max_logit + query);
    if (statistics.entropy) {
      const FloatVector mean = hn::Div(hn::Load(d, states.weighted_sum + lane), sum);
      const FloatVector entropy = hn::Sub(log_sum, mean);
      // Rounding may take it below 0; a NaN stays one.
      store_part(hn::IfThenElse(hn::Lt(entropy, hn::Zero(d)), hn::Zero(d), entropy), count,
                 statistics.entropy + query);
    }
  }
}

template <class Value>
HWY_INLINE void write_queries(const Forward<Value>& f, const QueryBlock& queries,
                              const SoftmaxStates& states) {
  const size_t size = f.shape.size, padded_size = round_up(size, float_lanes());
  for (size_t i = 0; i < queries.count; ++i) {
    copy_scaled(f.sums + i * padded_size, size, 1.0f / states.sum[i],
                f.out.data + (queries.first + i) * f.out.stride);
  }
  write_statistics(f.statistics, queries, states);
}

// What a head without keys gives.
template <class Value>
HWY_INLINE void write_nothing_seen(const HeadShape& shape, RowMatrix<Value> out,
                                   const RowStatistics& statistics) {
  for (size_t i = 0; i < shape.queries; ++i) {
    std::fill_n(out.data + i * out.stride, shape.size, Value{0});
    if (statistics.log_sum_exp) statistics.log_sum_exp[i] = kMinusInfinity;
    if (statistics.max_logit) statistics.max_logit[i] = kMinusInfinity;
    if (statistics.entropy) statistics.entropy[i] = 0.0f;
  }
}

template <bool kEntropy, class Value>
HWY_INLINE void attend_queries(const Forward<Value>& f, const QueryBlock& queries) {
  const HeadShape& shape = f.shape;
  const size_t padded_size = round_up(shape.size, float_lanes());
  pack_transposed(f.q.data + queries.first * f.q.stride, f.q.stride, shape.size, queries.count,
                  f.queries);
  scale_row(f.queries, panels_size(shape.size, queries.count), shape.scale);
  const QueryMasks masks(shape, queries);
  SoftmaxStates states;
  const size_t visible = visible_keys(shape, queries);
  for (size_t key = 0; key < visible; key += kKeyBlock) {
    const size_t keys = std::min(kKeyBlock, visible - key);
    multiply(left_rows(f.keys, key), keys, {f.queries, shape.size}, shape.size, queries.count,
             f.tile, kQueryBlock, /*accumulate=*/false);
    for (size_t lane = 0; lane < queries.count; lane += float_lanes()) {
      const TileColumn column = {queries.first + lane, key, keys, shape.causal};
      softmax_column<kEntropy>(f.tile + lane, column, lane, states);
      if (masks.drops()) mask_column(f.tile + lane, column, lane, masks);
    }
    if (key > 0) {
      for (size_t i = 0; i < queries.count; ++i) {
        const float factor = states.factor[i];
        if (factor != 1.0f) scale_row(f.sums + i * padded_size, padded_size, factor);
      }
    }
    multiply(by_queries(f.tile), queries.count, f.values.block(key), keys, shape.size, f.sums,
             padded_size, /*accumulate=*/key > 0);
  }
  write_queries(f, queries, states);
}

template <class Value>
HWY_INLINE void attend_head(const HeadShape& shape, RowMatrix<const Value> q,
                            RowMatrix<const Value> k, RowMatrix<const Value> v,
                            RowMatrix<Value> out, const RowStatistics& statistics,
                            AttentionScratch& scratch) {
  if (shape.keys == 0) return write_nothing_seen(shape, out, statistics);
  const size_t keys_size = row_copy_size<Value>(shape.keys, shape.size);
  const size_t values_size = KeyPanels::floats(shape.keys, shape.size);
  const size_t queries_size = panels_size(shape.size, kQueryBlock);
  const size_t sums_size = kQueryBlock * round_up(shape.size, float_lanes());
  Parts parts(scratch.floats(Parts::rounded(keys_size) + Parts::rounded(values_size) +
                             Parts::rounded(queries_size) + Parts::rounded(kTileSize) +
                             Parts::rounded(sums_size)));
  const Forward<Value> forward{
      .shape = shape,
      .q = q,
      .out = out,
      .statistics = statistics,
      .keys = float_rows(k, shape.keys, shape.size, parts.take(keys_size)),
      .values = KeyPanels(v, shape.keys, shape.size, parts.take(values_size)),
      .queries = parts.take(queries_size),
      .tile = parts.take(kTileSize),
      .sums = parts.take(sums_size)};
  for (size_t first = 0; first < shape.queries; first += kQueryBlock) {
    const QueryBlock queries = {first, std::min(kQueryBlock, shape.queries - first)};
    if (statistics.entropy) {
      attend_queries<true>(forward, queries);
    } else {
      attend_queries<false>(forward, queries);
    }
  }
}

}  // namespace nmt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LAYERS_KERNELS_ATTENTION_FORWARD_INL_H_

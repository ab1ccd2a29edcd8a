#include "layers/kernels/attention_cpu.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "layers/kernels/attention_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "layers/kernels/dropout_mask.h"
#include "layers/kernels/dropout_random-inl.h"
#include "layers/kernels/matrix_tile-inl.h"
#include "layers/kernels/simd_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nmt::kernels::HWY_NAMESPACE {

// Logits of so many queries and keys at a time stay in the nearest cache.
constexpr size_t kQueryBlock = 48;
constexpr size_t kKeyBlock = 128;

constexpr float kMinusInfinity = -std::numeric_limits<float>::infinity();

// A part of the keys, and how many of them query t sees.
struct KeyBlock {
  size_t first;
  size_t count;
  bool causal;

  HWY_INLINE size_t visible(size_t query) const {
    if (!causal) return count;
    return query + 1 <= first ? 0 : std::min(count, query + 1 - first);
  }
};

HWY_INLINE KeyBlock key_block(const HeadShape& shape, size_t first, size_t last_query) {
  const size_t visible = shape.causal ? std::min(shape.keys, last_query + 1) : shape.keys;
  return {first, std::min(kKeyBlock, visible - first), shape.causal};
}

// How many keys the queries up to `last` see at most.
HWY_INLINE size_t visible_keys(const HeadShape& shape, size_t last) {
  return shape.causal ? std::min(shape.keys, last + 1) : shape.keys;
}

// Hands out parts of one piece of memory, each on a vector boundary.
class Parts {
 public:
  explicit Parts(float* start) : next_(start) {}
  float* take(size_t count) {
    float* part = next_;
    next_ += rounded(count);
    return part;
  }
  static size_t rounded(size_t count) { return round_up(count, 32); }

 private:
  float* next_;
};

// A matrix of keys or values by rows: the rows of each key block in panels of their own, one block
// after the other.
class KeyPanels {
 public:
  static size_t floats(size_t keys, size_t size) {
    return panels_size(round_up(keys, kKeyBlock), size);
  }

  template <class Value>
  KeyPanels(RowMatrix<const Value> rows, size_t keys, size_t size, float* memory)
      : panels_(memory), keys_(keys), size_(size) {
    for (size_t first = 0; first < keys; first += kKeyBlock) {
      pack_rows(rows.data + first * rows.stride, rows.stride, block_keys(first), size,
                memory + panels_size(first, size));
    }
  }

  RightPanels block(size_t first) const {
    return {panels_ + panels_size(first, size_), block_keys(first)};
  }

 private:
  size_t block_keys(size_t first) const { return std::min(kKeyBlock, keys_ - first); }

  const float* panels_;
  size_t keys_, size_;
};

// A matrix of keys or values as the right side of a product with queries: transposed, in panels of
// which every key block has a whole number.
class TransposedPanels {
 public:
  static size_t floats(size_t keys, size_t size) { return panels_size(size, keys); }

  template <class Value>
  TransposedPanels(RowMatrix<const Value> rows, size_t keys, size_t size, float* memory)
      : panels_(memory), size_(size) {
    pack_transposed(rows.data, rows.stride, size, keys, memory);
  }

  RightPanels block(size_t first) const { return {panels_ + first * size_, size_}; }

 private:
  const float* panels_;
  size_t size_;
};

// Rows as floats side by side: the rows themselves, or a copy.
HWY_INLINE RowMatrix<const float> float_rows(RowMatrix<const float> rows, size_t, size_t, float*) {
  return rows;
}
HWY_INLINE RowMatrix<const float> float_rows(RowMatrix<const uint16_t> rows, size_t count,
                                             size_t size, float* copy) {
  for (size_t i = 0; i < count; ++i) {
    copy_to_float(rows.data + i * rows.stride, size, size, copy + i * size);
  }
  return {copy, size};
}

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

HWY_INLINE void scale_row(float* row, size_t padded, float factor) {
  const FloatTag d;
  const FloatVector factors = hn::Set(d, factor);
  for (size_t i = 0; i < padded; i += hn::Lanes(d)) {
    hn::StoreU(hn::Mul(factors, hn::LoadU(d, row + i)), d, row + i);
  }
}

HWY_INLINE void multiply_by_mask(const DropoutValues& mask, size_t first_key, size_t count,
                                 float* row) {
  const FloatTag d;
  for (size_t i = 0; i < count; i += hn::Lanes(d)) {
    const FloatVector values = mask(static_cast<uint32_t>(first_key + i));
    hn::StoreU(hn::Mul(values, hn::LoadU(d, row + i)), d, row + i);
  }
}

HWY_INLINE DropoutValues row_mask(const HeadShape& shape, size_t query) {
  return {shape.dropout, dropout_row_seed(shape.dropout_seed, shape.first_row + query)};
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

void AttendFloat(const HeadShape& shape, RowMatrix<const float> q, RowMatrix<const float> k,
                 RowMatrix<const float> v, RowMatrix<float> out, const RowStatistics& statistics,
                 AttentionScratch& scratch) {
  attend_head(shape, q, k, v, out, statistics, scratch);
}
void AttendBfloat16(const HeadShape& shape, RowMatrix<const uint16_t> q,
                    RowMatrix<const uint16_t> k, RowMatrix<const uint16_t> v,
                    RowMatrix<uint16_t> out, const RowStatistics& statistics,
                    AttentionScratch& scratch) {
  attend_head(shape, q, k, v, out, statistics, scratch);
}
void AttendBackwardFloat(const HeadShape& shape, const HeadGradients<float>& gradients,
                         AttentionScratch& scratch) {
  attend_head_backward(shape, gradients, scratch);
}
void AttendBackwardBfloat16(const HeadShape& shape, const HeadGradients<uint16_t>& gradients,
                            AttentionScratch& scratch) {
  attend_head_backward(shape, gradients, scratch);
}

}  // namespace nmt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <hwy/aligned_allocator.h>

namespace nmt::kernels {

HWY_EXPORT(AttendFloat);
HWY_EXPORT(AttendBfloat16);
HWY_EXPORT(AttendBackwardFloat);
HWY_EXPORT(AttendBackwardBfloat16);

AttentionScratch::~AttentionScratch() {
  hwy::FreeAlignedBytes(data_, nullptr, nullptr);
}

float* AttentionScratch::floats(size_t count) {
  if (count > count_) {
    hwy::FreeAlignedBytes(data_, nullptr, nullptr);
    data_ = static_cast<float*>(hwy::AllocateAlignedBytes(count * sizeof(float), nullptr, nullptr));
    count_ = count;
  }
  return data_;
}

void attend(const HeadShape& shape, RowMatrix<const float> q, RowMatrix<const float> k,
            RowMatrix<const float> v, RowMatrix<float> out, const RowStatistics& statistics,
            AttentionScratch& scratch) {
  HWY_DYNAMIC_DISPATCH(AttendFloat)(shape, q, k, v, out, statistics, scratch);
}
void attend(const HeadShape& shape, RowMatrix<const uint16_t> q, RowMatrix<const uint16_t> k,
            RowMatrix<const uint16_t> v, RowMatrix<uint16_t> out, const RowStatistics& statistics,
            AttentionScratch& scratch) {
  HWY_DYNAMIC_DISPATCH(AttendBfloat16)(shape, q, k, v, out, statistics, scratch);
}
void attend_backward(const HeadShape& shape, const HeadGradients<float>& gradients,
                     AttentionScratch& scratch) {
  HWY_DYNAMIC_DISPATCH(AttendBackwardFloat)(shape, gradients, scratch);
}
void attend_backward(const HeadShape& shape, const HeadGradients<uint16_t>& gradients,
                     AttentionScratch& scratch) {
  HWY_DYNAMIC_DISPATCH(AttendBackwardBfloat16)(shape, gradients, scratch);
}

}  // namespace nmt::kernels
#endif

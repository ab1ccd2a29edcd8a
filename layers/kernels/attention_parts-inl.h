// What the forward and the backward pass of the fused attention share: blocks of keys, packed
// matrices, rows as floats, dropout masks.
//
// Included once for every instruction set by attention_cpu.cpp.

#if defined(LAYERS_KERNELS_ATTENTION_PARTS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LAYERS_KERNELS_ATTENTION_PARTS_INL_H_
#undef LAYERS_KERNELS_ATTENTION_PARTS_INL_H_
#else
#define LAYERS_KERNELS_ATTENTION_PARTS_INL_H_
#endif

#include <hwy/aligned_allocator.h>
#include <hwy/highway.h>
#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include "layers/kernels/attention_backend.h"
#include "layers/kernels/dropout_random-inl.h"
#include "layers/kernels/matrix_tile-inl.h"
#include "layers/kernels/simd_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nmt::kernels::HWY_NAMESPACE {

// Logits of so many queries and keys at a time stay in the nearest cache. A tile of them has a row
// for each key and a lane for each query: softmax, entropy and their gradients go down the rows,
// all queries of a vector at once.
constexpr size_t kQueryBlock = 64;
constexpr size_t kKeyBlock = 64;
constexpr size_t kTileSize = kKeyBlock * kQueryBlock;

constexpr float kMinusInfinity = -std::numeric_limits<float>::infinity();

// Row i of a matrix starts at data + i * stride; its numbers are side by side.
template <class Value>
struct RowMatrix {
  Value* data;
  size_t stride;
};

// One sentence and head of a call.
struct Head {
  const AttentionCall& call;
  int64_t b, h;
  AttentionSentence sentence;
  size_t queries, keys, size;
  bool causal;
  float scale;

  // Head h of sentence b has the number b H + h.
  Head(const AttentionCall& the_call, int64_t number)
      : call(the_call),
        b(number / call.heads),
        h(number % call.heads),
        sentence(call.sentence(b)),
        queries(static_cast<size_t>(sentence.queries)),
        keys(static_cast<size_t>(sentence.keys)),
        size(static_cast<size_t>(call.size)),
        causal(call.causal),
        scale(call.scale) {}

  template <class Value>
  RowMatrix<Value> query_rows(const HeadRows& rows) const {
    return {call.head<Value>(rows, b, h, sentence.first_query),
            static_cast<size_t>(rows.row_stride)};
  }
  template <class Value>
  RowMatrix<Value> key_rows(const HeadRows& rows) const {
    return {call.head<Value>(rows, b, h, sentence.first_key), static_cast<size_t>(rows.row_stride)};
  }
  // Of this head's queries, out of [B, H, T]; null of null.
  float* statistics(float* all) const {
    return all == nullptr ? nullptr : all + call.statistics_row(b, h);
  }
};

// Queries [first, first + count) of a head.
struct QueryBlock {
  size_t first;
  size_t count;
};

// How many keys the queries of a block see at most.
HWY_INLINE size_t visible_keys(const Head& head, const QueryBlock& queries) {
  return head.causal ? std::min(head.keys, queries.first + queries.count) : head.keys;
}

// One vector of a tile's queries, from `query` on, and `keys` of its rows, from `first_key` on.
struct TileColumn {
  size_t query;
  size_t first_key;
  size_t keys;
  bool causal;

  // Rows that some of these queries see.
  HWY_INLINE size_t seen() const {
    if (!causal) return keys;
    const size_t end = query + float_lanes();
    return end <= first_key ? 0 : std::min(keys, end - first_key);
  }
  // Rows that all of them see.
  HWY_INLINE size_t seen_by_all() const {
    if (!causal) return keys;
    return query < first_key ? 0 : std::min(keys, query + 1 - first_key);
  }
  // Which of the queries see row `row`.
  HWY_INLINE hn::Mask<FloatTag> see(size_t row) const {
    const size_t key = first_key + row;
    const size_t blind = causal && key > query ? std::min(key - query, float_lanes()) : 0;
    return hn::Not(hn::FirstN(FloatTag(), blind));
  }
};

// Memory that the heads of one thread share; grows as needed.
class Scratch {
 public:
  // Parts of so many floats, each on a vector boundary; what was there before is gone.
  template <size_t kCount>
  std::array<float*, kCount> parts(const size_t (&sizes)[kCount]) {
    size_t ends[kCount], total = 0;
    for (size_t i = 0; i < kCount; ++i) ends[i] = total += round_up(sizes[i], 32);
    if (total > count_) {
      memory_ = hwy::AllocateAligned<float>(total);
      count_ = total;
    }
    std::array<float*, kCount> parts;
    for (size_t i = 0; i < kCount; ++i) parts[i] = memory_.get() + (i == 0 ? 0 : ends[i - 1]);
    return parts;
  }

 private:
  hwy::AlignedFreeUniquePtr<float[]> memory_;
  size_t count_ = 0;
};

// A matrix of keys or values as the right side of a product: the rows of each key block in panels
// of their own, one block after the other.
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

// How much memory float_rows() needs.
template <class Value>
HWY_INLINE size_t row_copy_size(size_t count, size_t size) {
  return sizeof(Value) == sizeof(float) ? 0 : count * size;
}

// Rows as floats: the rows themselves, or a copy with the numbers side by side.
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

// Rows from `first` on as the left side of a product.
HWY_INLINE LeftMatrix left_rows(RowMatrix<const float> rows, size_t first) {
  return {rows.data + first * rows.stride, rows.stride, 1};
}

// A tile [keys, queries] as the left side of a product: keys by queries, or queries by keys.
HWY_INLINE LeftMatrix by_keys(const float* tile) {
  return {tile, kQueryBlock, 1};
}
HWY_INLINE LeftMatrix by_queries(const float* tile) {
  return {tile, 1, kQueryBlock};
}

HWY_INLINE void scale_row(float* row, size_t padded, float factor) {
  const FloatTag d;
  const FloatVector factors = hn::Set(d, factor);
  for (size_t i = 0; i < padded; i += hn::Lanes(d)) {
    hn::StoreU(hn::Mul(factors, hn::LoadU(d, row + i)), d, row + i);
  }
}

// The dropout masks of a block's queries. Each query has a seed of its own.
class QueryMasks {
 public:
  QueryMasks(const Head& head, const QueryBlock& queries)
      : drops_(head.call.dropout > 0.0), values_(head.call.dropout) {
    if (!drops_) return;
    for (size_t i = 0; i < queries.count; ++i) {
      const int64_t query = static_cast<int64_t>(queries.first + i);
      const uint64_t seed = head.call.row_seed(head.sentence.first_query, head.h, query);
      low_[i] = static_cast<uint32_t>(seed);
      high_[i] = static_cast<uint32_t>(seed >> 32);
    }
  }

  HWY_INLINE bool drops() const { return drops_; }

  // The factors of one key for a vector of queries, the first of which is number `lane` of the
  // block.
  HWY_INLINE FloatVector operator()(size_t key, size_t lane) const {
    const hn::ScalableTag<uint32_t> d;
    return values_(hn::Set(d, static_cast<uint32_t>(key)), hn::Load(d, low_ + lane),
                   hn::Load(d, high_ + lane));
  }

 private:
  bool drops_;
  DropoutValues values_;
  HWY_ALIGN uint32_t low_[kQueryBlock] = {};
  HWY_ALIGN uint32_t high_[kQueryBlock] = {};
};

}  // namespace nmt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LAYERS_KERNELS_ATTENTION_PARTS_INL_H_

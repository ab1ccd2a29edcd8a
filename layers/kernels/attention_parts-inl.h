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

#include <hwy/highway.h>
#include <algorithm>
#include <cstddef>
#include <limits>
#include "layers/kernels/attention_cpu.h"
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

HWY_INLINE void scale_row(float* row, size_t padded, float factor) {
  const FloatTag d;
  const FloatVector factors = hn::Set(d, factor);
  for (size_t i = 0; i < padded; i += hn::Lanes(d)) {
    hn::StoreU(hn::Mul(factors, hn::LoadU(d, row + i)), d, row + i);
  }
}

HWY_INLINE DropoutValues row_mask(const HeadShape& shape, size_t query) {
  return {shape.dropout, dropout_row_seed(shape.dropout_seed, shape.first_row + query)};
}

}  // namespace nmt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LAYERS_KERNELS_ATTENTION_PARTS_INL_H_

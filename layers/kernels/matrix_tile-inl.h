// Products of small matrices that stay in the caches: C (+)= A B.
//
// B is packed into panels of two vectors of columns, each [depth, two vectors], so that the inner
// loop reads it from end to end. A is read in place, one number at a time for a whole vector, with
// any strides: its transpose costs nothing. A tile of C, several rows by two vectors, stays in
// registers over the whole depth.
//
// Source of the scheme: Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication",
// 2008.

#if defined(LAYERS_KERNELS_MATRIX_TILE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LAYERS_KERNELS_MATRIX_TILE_INL_H_
#undef LAYERS_KERNELS_MATRIX_TILE_INL_H_
#else
#define LAYERS_KERNELS_MATRIX_TILE_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>

#include "layers/kernels/simd_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace nmt::kernels::HWY_NAMESPACE {

// A tile's sums, the two vectors of B and the number of A have to fit into the registers.
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
constexpr size_t kTileRows = 12;  // Of 32 registers.
#else
constexpr size_t kTileRows = 6;  // Of 16 registers.
#endif

// Columns of a panel.
HWY_INLINE size_t panel_width() {
  return 2 * float_lanes();
}

// How many floats panels of `columns` columns take.
HWY_INLINE size_t panels_size(size_t depth, size_t columns) {
  return depth * round_up(columns, panel_width());
}

// Element (i, d) of A at data[i * row_stride + d * depth_stride].
struct LeftMatrix {
  const float* data;
  size_t row_stride;
  size_t depth_stride;
};

template <size_t kRows, size_t kVectors>
HWY_INLINE void multiply_tile(LeftMatrix a, const float* HWY_RESTRICT b, size_t depth,
                              float* HWY_RESTRICT c, size_t c_stride, bool accumulate) {
  const FloatTag d;
  const size_t lanes = hn::Lanes(d);
  FloatVector sums[kRows][kVectors];
  for (size_t r = 0; r < kRows; ++r) {
    for (size_t v = 0; v < kVectors; ++v) {
      sums[r][v] = accumulate ? hn::LoadU(d, c + r * c_stride + v * lanes) : hn::Zero(d);
    }
  }
  for (size_t k = 0; k < depth; ++k, b += 2 * lanes) {
    FloatVector right[kVectors];
    for (size_t v = 0; v < kVectors; ++v) right[v] = hn::Load(d, b + v * lanes);
    for (size_t r = 0; r < kRows; ++r) {
      const FloatVector left = hn::Set(d, a.data[r * a.row_stride + k * a.depth_stride]);
      for (size_t v = 0; v < kVectors; ++v) sums[r][v] = hn::MulAdd(left, right[v], sums[r][v]);
    }
  }
  for (size_t r = 0; r < kRows; ++r) {
    for (size_t v = 0; v < kVectors; ++v) hn::StoreU(sums[r][v], d, c + r * c_stride + v * lanes);
  }
}

template <size_t kRows>
HWY_NOINLINE void multiply_rows(LeftMatrix a, const float* b, size_t depth, float* c,
                                size_t c_stride, bool one_vector, bool accumulate) {
  if (one_vector) {
    multiply_tile<kRows, 1>(a, b, depth, c, c_stride, accumulate);
  } else {
    multiply_tile<kRows, 2>(a, b, depth, c, c_stride, accumulate);
  }
}

using MultiplyRows = void (*)(LeftMatrix, const float*, size_t, float*, size_t, bool, bool);

// The function for a tile of `rows` rows, from 1 to kTileRows.
HWY_INLINE MultiplyRows tile_function(size_t rows) {
  static constexpr MultiplyRows kFunctions[] = {
    multiply_rows<1>,
    multiply_rows<2>,
    multiply_rows<3>,
    multiply_rows<4>,
    multiply_rows<5>,
    multiply_rows<6>,
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
    multiply_rows<7>,
    multiply_rows<8>,
    multiply_rows<9>,
    multiply_rows<10>,
    multiply_rows<11>,
    multiply_rows<12>,
#endif
  };
  return kFunctions[rows - 1];
}

// B, packed; each panel has `panel_depth` rows, of which a product may use the first ones alone.
struct RightPanels {
  const float* data;
  size_t panel_depth;
};

// C [rows, columns] = A B, or += A B. Rows of C are written up to whole vectors.
HWY_INLINE void multiply(LeftMatrix a, size_t rows, RightPanels b, size_t depth, size_t columns,
                         float* c, size_t c_stride, bool accumulate) {
  const size_t width = panel_width();
  const size_t tiles = (rows + kTileRows - 1) / kTileRows;
  const float* panel = b.data;
  for (size_t column = 0; column < columns; column += width, panel += b.panel_depth * width) {
    const bool one_vector = columns - column <= float_lanes();
    for (size_t tile = 0; tile < tiles; ++tile) {
      // Tiles of nearly equal height: a last one of few rows would wait for its own sums.
      const size_t first = rows * tile / tiles;
      const size_t height = rows * (tile + 1) / tiles - first;
      tile_function(height)({a.data + first * a.row_stride, a.row_stride, a.depth_stride}, panel,
                            depth, c + first * c_stride + column, c_stride, one_vector, accumulate);
    }
  }
}

// Panels of the matrix [depth, columns] whose row i starts at rows + i * stride.
template <class Value>
HWY_INLINE void pack_rows(const Value* rows, size_t stride, size_t depth, size_t columns,
                          float* panels) {
  const size_t width = panel_width();
  for (size_t column = 0; column < columns; column += width) {
    const size_t count = std::min(width, columns - column);
    for (size_t i = 0; i < depth; ++i, panels += width) {
      copy_to_float(rows + i * stride + column, count, width, panels);
    }
  }
}

#if HWY_TARGET != HWY_SCALAR
// Four numbers of a row in each group of four lanes: row i in group i.
template <class D>
HWY_INLINE hn::Vec<D> load_groups(D d, const float* rows, size_t stride) {
  if constexpr (hn::MaxLanes(D()) <= 4) {
    return hn::LoadU(d, rows);
  } else {
    const hn::Half<D> half;
    return hn::Combine(d, load_groups(half, rows + hn::Lanes(half) * stride, stride),
                       load_groups(half, rows, stride));
  }
}

// A block of one vector of rows by four columns, transposed: to[j * to_stride + i] = rows[i][j].
HWY_INLINE void transpose_block(const float* rows, size_t stride, float* to, size_t to_stride) {
  const FloatTag d;
  const hn::Repartition<uint64_t, FloatTag> d64;
  const FloatVector a = load_groups(d, rows, stride);
  const FloatVector b = load_groups(d, rows + stride, stride);
  const FloatVector c = load_groups(d, rows + 2 * stride, stride);
  const FloatVector e = load_groups(d, rows + 3 * stride, stride);
  const auto low_ab = hn::BitCast(d64, hn::InterleaveLower(d, a, b));
  const auto low_ce = hn::BitCast(d64, hn::InterleaveLower(d, c, e));
  const auto high_ab = hn::BitCast(d64, hn::InterleaveUpper(d, a, b));
  const auto high_ce = hn::BitCast(d64, hn::InterleaveUpper(d, c, e));
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(d64, low_ab, low_ce)), d, to);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(d64, low_ab, low_ce)), d, to + to_stride);
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(d64, high_ab, high_ce)), d, to + 2 * to_stride);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(d64, high_ab, high_ce)), d, to + 3 * to_stride);
}
#endif

// One vector of rows, transposed into a panel; `count` rows are there, the others are zero.
HWY_INLINE void transpose_rows(const float* rows, size_t stride, size_t count, size_t depth,
                               float* to, size_t to_stride) {
  const size_t lanes = float_lanes();
  size_t k = 0;
#if HWY_TARGET != HWY_SCALAR
  if (count == lanes) {
    for (; k + 4 <= depth; k += 4) {
      transpose_block(rows + k, stride, to + k * to_stride, to_stride);
    }
  } else {
    constexpr hn::CappedTag<float, 4> four;
    HWY_ALIGN float block[HWY_MAX_BYTES] = {};  // [lanes, 4]
    for (; k + 4 <= depth; k += 4) {
      for (size_t i = 0; i < count; ++i) {
        hn::StoreU(hn::LoadU(four, rows + i * stride + k), four, block + 4 * i);
      }
      transpose_block(block, 4, to + k * to_stride, to_stride);
    }
  }
#endif
  for (; k < depth; ++k) {
    for (size_t i = 0; i < count; ++i) to[k * to_stride + i] = rows[i * stride + k];
    for (size_t i = count; i < lanes; ++i) to[k * to_stride + i] = 0.0f;
  }
}

HWY_INLINE void transpose_rows(const uint16_t* rows, size_t stride, size_t count, size_t depth,
                               float* to, size_t to_stride) {
  for (size_t k = 0; k < depth; ++k) {
    for (size_t i = 0; i < float_lanes(); ++i) {
      to[k * to_stride + i] = i < count ? to_float(rows[i * stride + k]) : 0.0f;
    }
  }
}

// Panels of the transpose [depth, columns] of the matrix whose row i, of `columns`, starts at
// rows + i * stride.
template <class Value>
HWY_INLINE void pack_transposed(const Value* rows, size_t stride, size_t depth, size_t columns,
                                float* panels) {
  const size_t lanes = float_lanes();
  const size_t width = panel_width();
  for (size_t column = 0; column < columns; column += width, panels += depth * width) {
    for (size_t part = 0; part < width; part += lanes) {
      const size_t first = column + part;
      const size_t count = first < columns ? std::min(lanes, columns - first) : 0;
      transpose_rows(rows + first * stride, stride, count, depth, panels + part, width);
    }
  }
}

}  // namespace nmt::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LAYERS_KERNELS_MATRIX_TILE_INL_H_

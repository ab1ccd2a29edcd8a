// What the kernels of attention_cuda.cu share: a block's place, tiles in shared memory, products of
// tiles, the running softmax of a row.
//
// A block of 64 threads works on tiles of 32 queries by 32 keys of one sentence and head. Thread
// (y, x) has the rows y + 8 i and columns x + 8 j of a tile of scores, and the columns x + 8 c of a
// tile of outputs; the 8 threads of a row are neighbours in a warp.

#pragma once

#include <cmath>
#include <cstdint>

#include "layers/kernels/attention_backend.h"

namespace nmt::kernels {

constexpr int kTile = 32;
constexpr int kSide = 8;
constexpr int kPart = kTile / kSide;
constexpr int kThreads = kSide * kSide;

// One number more in a row than needed, so that a column lies in different banks.
template <int kSize>
using Rows = float[kTile][kSize + 1];
using Scores = float[kTile][kTile + 1];

template <int kSize>
struct ForwardTiles {
  Rows<kSize> q, key_or_value;
  Scores p;
};

template <int kSize>
struct QueryTiles {
  Rows<kSize> q, grad_out, k, v;
  Scores grad_score;
};

template <int kSize>
struct KeyTiles {
  Rows<kSize> q, grad_out, k, v;
  Scores p, grad_score;
};

__device__ inline float load(const float* at) {
  return *at;
}
__device__ inline float load(const uint16_t* at) {
  return __uint_as_float(uint32_t{*at} << 16);
}
__device__ inline void store(float* at, float value) {
  *at = value;
}
// To the nearest bfloat16, ties to even.
__device__ inline void store(uint16_t* at, float value) {
  const uint32_t bits = __float_as_uint(value);
  *at =
      static_cast<uint16_t>(isnan(value) ? 0x7fc0u : (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

// The rows of one sentence and head in one tensor.
template <class Value>
struct Matrix {
  Value* data;
  int64_t stride;
  int rows;
  int size;
};

// Where a block stands.
struct Place {
  __device__ explicit Place(const AttentionCall& call)
      : b(blockIdx.z),
        h(blockIdx.y),
        first(blockIdx.x * kTile),
        y(threadIdx.x / kSide),
        x(threadIdx.x % kSide),
        size(static_cast<int>(call.size)),
        sentence(call.sentence(b)) {}

  __device__ int visible(const AttentionCall& call, int t) const {
    if (t >= sentence.queries) return 0;
    return call.causal ? min(t + 1, sentence.keys) : sentence.keys;
  }
  __device__ int64_t row(const AttentionCall& call, int t) const {
    return call.statistics_row(b, h) + t;
  }
  __device__ uint64_t dropout_seed(const AttentionCall& call, int t) const {
    return call.row_seed(sentence.first_query, h, t);
  }
  template <class Value>
  __device__ Matrix<Value> queries(const AttentionCall& call, const HeadRows& rows) const {
    return {call.head<Value>(rows, b, h, sentence.first_query), rows.row_stride, sentence.queries,
            size};
  }
  template <class Value>
  __device__ Matrix<Value> keys(const AttentionCall& call, const HeadRows& rows) const {
    return {call.head<Value>(rows, b, h, sentence.first_key), rows.row_stride, sentence.keys, size};
  }

  int64_t b, h;
  int first;  // Query or key of the block's tile.
  int y, x;
  int size;
  AttentionSentence sentence;
};

// Rows first .. first + kTile − 1 of a matrix; zeros outside.
template <int kSize, class Value>
__device__ void load_tile(Rows<kSize>& tile, const Matrix<Value>& from, int first) {
  for (int i = threadIdx.x; i < kTile * kSize; i += kThreads) {
    const int row = i / kSize, column = i % kSize;
    const bool inside = first + row < from.rows && column < from.size;
    tile[row][column] = inside ? load(from.data + (first + row) * from.stride + column) : 0.0f;
  }
}

// out[i][j] = Σ a[y + 8 i][d] b[x + 8 j][d]
template <int kSize>
__device__ void multiply_rows(const Rows<kSize>& a, const Rows<kSize>& b, const Place& at,
                              float (&out)[kPart][kPart]) {
  for (int i = 0; i < kPart; ++i) {
    for (int j = 0; j < kPart; ++j) out[i][j] = 0.0f;
  }
  for (int d = 0; d < kSize; ++d) {
    float left[kPart], right[kPart];
#pragma unroll
    for (int i = 0; i < kPart; ++i) left[i] = a[at.y + kSide * i][d];
#pragma unroll
    for (int j = 0; j < kPart; ++j) right[j] = b[at.x + kSide * j][d];
#pragma unroll
    for (int i = 0; i < kPart; ++i) {
#pragma unroll
      for (int j = 0; j < kPart; ++j) out[i][j] += left[i] * right[j];
    }
  }
}

// sum[i][c] += Σ_n scores[y + 8 i][n] rows[n][x + 8 c], or with scores[n][y + 8 i] if transposed.
template <bool kTransposed, int kSize>
__device__ void multiply_scores(const Scores& scores, const Rows<kSize>& rows, const Place& at,
                                float (&sum)[kPart][kSize / kSide]) {
  for (int n = 0; n < kTile; ++n) {
    float left[kPart];
#pragma unroll
    for (int i = 0; i < kPart; ++i) {
      const int row = at.y + kSide * i;
      left[i] = kTransposed ? scores[n][row] : scores[row][n];
    }
#pragma unroll
    for (int c = 0; c < kSize / kSide; ++c) {
      const float right = rows[n][at.x + kSide * c];
#pragma unroll
      for (int i = 0; i < kPart; ++i) sum[i][c] += left[i] * right;
    }
  }
}

template <int kSize, class Value>
__device__ inline void store_tile(const Matrix<Value>& to, const Place& at,
                                  const float (&values)[kPart][kSize / kSide],
                                  const float (&scale)[kPart]) {
#pragma unroll
  for (int i = 0; i < kPart; ++i) {
    const int row = at.first + at.y + kSide * i;
    if (row >= to.rows) continue;
#pragma unroll
    for (int c = 0; c < kSize / kSide; ++c) {
      const int column = at.x + kSide * c;
      if (column < to.size) store(to.data + row * to.stride + column, values[i][c] * scale[i]);
    }
  }
}

__device__ inline float sum_of_row(float value) {
#pragma unroll
  for (int lane = 1; lane < kSide; lane *= 2) value += __shfl_xor_sync(0xffffffffu, value, lane);
  return value;
}

__device__ inline float max_of_row(float value) {
#pragma unroll
  for (int lane = 1; lane < kSide; lane *= 2) {
    value = fmaxf(value, __shfl_xor_sync(0xffffffffu, value, lane));
  }
  return value;
}

// The softmax of a row as far as it has been seen: maximum m, and of this thread's columns
// l = Σ e^(s−m) and w = Σ e^(s−m) (s−m).
struct OnlineRow {
  float m = -INFINITY, l = 0.0f, w = 0.0f;

  // Turns the row's scores of a tile into weights e^(s−m); returns what earlier ones shrink by.
  __device__ float add(float (&scores)[kPart], int first_key, int visible) {
    float largest = m;
#pragma unroll
    for (int j = 0; j < kPart; ++j) {
      if (first_key + kSide * j < visible) largest = fmaxf(largest, scores[j]);
    }
    largest = max_of_row(largest);
    const float shrink = largest == m ? 1.0f : expf(m - largest);
    if (l != 0.0f) w = shrink * (w + (m - largest) * l);
    l *= shrink;
    m = largest;
#pragma unroll
    for (int j = 0; j < kPart; ++j) {
      const float distance = scores[j] - m;
      const bool seen = first_key + kSide * j < visible;
      scores[j] = seen ? expf(distance) : 0.0f;
      l += scores[j];
      if (scores[j] > 0.0f) w += scores[j] * distance;
    }
    return shrink;
  }
};

}  // namespace nmt::kernels

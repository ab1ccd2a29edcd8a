// No two blocks write the same number, so nothing depends on their order: the backward pass goes
// over the scores twice, once a tile of queries for dQ and once a tile of keys for dK and dV. How a
// block shares out a tile: attention_tile.cuh.

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "layers/kernels/attention_cuda.h"
#include "layers/kernels/attention_tile.cuh"
#include "layers/kernels/cuda_launch.cuh"

namespace nmt::kernels {
namespace {

template <class Value, int kSize>
__global__ void __launch_bounds__(kThreads)
    forward(const AttentionCall call, const AttentionStatistics statistics,
            const DropoutValue dropout) {
  const Place at(call);
  if (at.first >= at.sentence.queries) return;
  extern __shared__ float memory[];
  auto& tiles = *reinterpret_cast<ForwardTiles<kSize>*>(memory);
  load_tile<kSize>(tiles.q, at.queries<const Value>(call, call.q), at.first);
  const auto k = at.keys<const Value>(call, call.k), v = at.keys<const Value>(call, call.v);

  OnlineRow rows[kPart];
  float sum[kPart][kSize / kSide] = {};
  const int end = at.visible(call, min(at.first + kTile, at.sentence.queries) - 1);
  for (int key = 0; key < end; key += kTile) {
    __syncthreads();
    load_tile<kSize>(tiles.key_or_value, k, key);
    __syncthreads();
    float scores[kPart][kPart];
    multiply_rows<kSize>(tiles.q, tiles.key_or_value, at, scores);
#pragma unroll
    for (int i = 0; i < kPart; ++i) {
      const int t = at.first + at.y + kSide * i;
#pragma unroll
      for (int j = 0; j < kPart; ++j) scores[i][j] *= call.scale;
      const float shrink = rows[i].add(scores[i], key + at.x, at.visible(call, t));
#pragma unroll
      for (int c = 0; c < kSize / kSide; ++c) sum[i][c] *= shrink;
      const uint64_t seed = at.dropout_seed(call, t);
#pragma unroll
      for (int j = 0; j < kPart; ++j) {
        const int column = at.x + kSide * j;
        const float mask = call.dropout > 0.0 ? dropout(key + column, seed) : 1.0f;
        tiles.p[at.y + kSide * i][column] = scores[i][j] * mask;
      }
    }
    __syncthreads();
    load_tile<kSize>(tiles.key_or_value, v, key);
    __syncthreads();
    multiply_scores<false, kSize>(tiles.p, tiles.key_or_value, at, sum);
  }

  float inverse[kPart];
#pragma unroll
  for (int i = 0; i < kPart; ++i) {
    const int t = at.first + at.y + kSide * i;
    const float l = sum_of_row(rows[i].l), w = sum_of_row(rows[i].w);
    const bool any = l != 0.0f;
    inverse[i] = any ? 1.0f / l : 0.0f;
    if (at.x != 0 || t >= at.sentence.queries) continue;
    const int64_t row = at.row(call, t);
    const float log_l = logf(l), entropy = log_l - w / l;
    call.log_sum_exp[row] = any ? rows[i].m + log_l : -INFINITY;
    if (statistics.max_logit != nullptr) statistics.max_logit[row] = rows[i].m;
    // Not fmaxf, which would hide a NaN.
    if (statistics.entropy != nullptr) {
      statistics.entropy[row] = any && !(entropy < 0.0f) ? entropy : 0.0f;
    }
  }
  store_tile<kSize>(at.queries<Value>(call, call.out), at, sum, inverse);
}

// Of a tile at query tile `first_query` and key tile `first_key`: P, P ∘ M and M ∘ dP.
struct TileGradients {
  float p[kPart][kPart];
  float dropped[kPart][kPart];
  float grad_p[kPart][kPart];
};

template <int kSize>
__device__ void tile_gradients(const AttentionCall& call, const Place& at, const Rows<kSize>& q,
                               const Rows<kSize>& grad_out, const Rows<kSize>& k,
                               const Rows<kSize>& v, int first_query, int first_key,
                               const DropoutValue& dropout, TileGradients& tile) {
  multiply_rows<kSize>(q, k, at, tile.p);
  multiply_rows<kSize>(grad_out, v, at, tile.grad_p);
#pragma unroll
  for (int i = 0; i < kPart; ++i) {
    const int t = first_query + at.y + kSide * i;
    const int visible = at.visible(call, t);
    const int64_t row = at.row(call, t);
    const float total = visible > 0 ? call.log_sum_exp[row] : 0.0f;
    const uint64_t seed = at.dropout_seed(call, t);
#pragma unroll
    for (int j = 0; j < kPart; ++j) {
      const int key = first_key + at.x + kSide * j;
      const float mask = call.dropout > 0.0 ? dropout(key, seed) : 1.0f;
      tile.p[i][j] = key < visible ? expf(tile.p[i][j] * call.scale - total) : 0.0f;
      tile.dropped[i][j] = tile.p[i][j] * mask;
      tile.grad_p[i][j] *= mask;
    }
  }
}

// dS = τ P ∘ (M ∘ dP − D)
__device__ void write_score_gradients(const AttentionCall& call, const Place& at,
                                      const TileGradients& tile, const float (&along)[kPart],
                                      Scores& out) {
#pragma unroll
  for (int i = 0; i < kPart; ++i) {
#pragma unroll
    for (int j = 0; j < kPart; ++j) {
      const float gradient = tile.p[i][j] * (tile.grad_p[i][j] - along[i]);
      // Not p > 0, which would hide a NaN.
      out[at.y + kSide * i][at.x + kSide * j] = tile.p[i][j] == 0.0f ? 0.0f : call.scale * gradient;
    }
  }
}

__device__ void write_scores(Scores& tile, const Place& at, const float (&values)[kPart][kPart]) {
#pragma unroll
  for (int i = 0; i < kPart; ++i) {
#pragma unroll
    for (int j = 0; j < kPart; ++j) tile[at.y + kSide * i][at.x + kSide * j] = values[i][j];
  }
}

// dQ and ⟨out, grad_out⟩, a block for each tile of queries.
template <class Value, int kSize>
__global__ void __launch_bounds__(kThreads)
    backward_queries(const AttentionCall call, const AttentionGradients gradients,
                     const DropoutValue dropout) {
  const Place at(call);
  if (at.first >= at.sentence.queries) return;
  extern __shared__ float memory[];
  auto& tiles = *reinterpret_cast<QueryTiles<kSize>*>(memory);
  const auto k = at.keys<const Value>(call, call.k), v = at.keys<const Value>(call, call.v);
  load_tile<kSize>(tiles.q, at.queries<const Value>(call, call.q), at.first);
  load_tile<kSize>(tiles.grad_out, at.queries<const Value>(call, gradients.grad_out), at.first);
  // Its place is free until the first tile of keys.
  load_tile<kSize>(tiles.k, at.queries<const Value>(call, call.out), at.first);
  __syncthreads();
  float along[kPart] = {};
#pragma unroll
  for (int i = 0; i < kPart; ++i) {
    const int row = at.y + kSide * i;
    for (int d = at.x; d < kSize; d += kSide) along[i] += tiles.k[row][d] * tiles.grad_out[row][d];
    along[i] = sum_of_row(along[i]);
  }

  float sum[kPart][kSize / kSide] = {};
  const int end = at.visible(call, min(at.first + kTile, at.sentence.queries) - 1);
  for (int key = 0; key < end; key += kTile) {
    __syncthreads();
    load_tile<kSize>(tiles.k, k, key);
    load_tile<kSize>(tiles.v, v, key);
    __syncthreads();
    TileGradients tile;
    tile_gradients<kSize>(call, at, tiles.q, tiles.grad_out, tiles.k, tiles.v, at.first, key,
                          dropout, tile);
    if (end <= kTile) {  // All keys are here: D from what it is taken from, exact for a single key.
#pragma unroll
      for (int i = 0; i < kPart; ++i) {
        along[i] = 0.0f;
#pragma unroll
        for (int j = 0; j < kPart; ++j) along[i] += tile.p[i][j] * tile.grad_p[i][j];
        along[i] = sum_of_row(along[i]);
      }
    }
    write_score_gradients(call, at, tile, along, tiles.grad_score);
    __syncthreads();
    multiply_scores<false, kSize>(tiles.grad_score, tiles.k, at, sum);
  }
#pragma unroll
  for (int i = 0; i < kPart; ++i) {
    const int t = at.first + at.y + kSide * i;
    if (at.x == 0 && t < at.sentence.queries) gradients.scratch[at.row(call, t)] = along[i];
  }
  const float ones[kPart] = {1.0f, 1.0f, 1.0f, 1.0f};
  store_tile<kSize>(at.queries<Value>(call, gradients.grad_q), at, sum, ones);
}

// dK and dV, a block for each tile of keys.
template <class Value, int kSize>
__global__ void __launch_bounds__(kThreads)
    backward_keys(const AttentionCall call, const AttentionGradients gradients,
                  const DropoutValue dropout) {
  const Place at(call);
  if (at.first >= at.sentence.keys) return;
  extern __shared__ float memory[];
  auto& tiles = *reinterpret_cast<KeyTiles<kSize>*>(memory);
  const auto q = at.queries<const Value>(call, call.q);
  const auto grad_out = at.queries<const Value>(call, gradients.grad_out);
  load_tile<kSize>(tiles.k, at.keys<const Value>(call, call.k), at.first);
  load_tile<kSize>(tiles.v, at.keys<const Value>(call, call.v), at.first);

  float grad_k[kPart][kSize / kSide] = {}, grad_v[kPart][kSize / kSide] = {};
  for (int query = call.causal ? at.first : 0; query < at.sentence.queries; query += kTile) {
    __syncthreads();
    load_tile<kSize>(tiles.q, q, query);
    load_tile<kSize>(tiles.grad_out, grad_out, query);
    __syncthreads();
    TileGradients tile;
    tile_gradients<kSize>(call, at, tiles.q, tiles.grad_out, tiles.k, tiles.v, query, at.first,
                          dropout, tile);
    float along[kPart];
#pragma unroll
    for (int i = 0; i < kPart; ++i) {
      const int t = query + at.y + kSide * i;
      along[i] = t < at.sentence.queries ? gradients.scratch[at.row(call, t)] : 0.0f;
    }
    write_scores(tiles.p, at, tile.dropped);
    write_score_gradients(call, at, tile, along, tiles.grad_score);
    __syncthreads();
    multiply_scores<true, kSize>(tiles.p, tiles.grad_out, at, grad_v);
    multiply_scores<true, kSize>(tiles.grad_score, tiles.q, at, grad_k);
  }
  const float ones[kPart] = {1.0f, 1.0f, 1.0f, 1.0f};
  store_tile<kSize>(at.keys<Value>(call, gradients.grad_k), at, grad_k, ones);
  store_tile<kSize>(at.keys<Value>(call, gradients.grad_v), at, grad_v, ones);
}

constexpr int64_t kLargestSize = 128;
constexpr int64_t kMostSentences = 65535;  // Blocks of a grid in its third direction.

// Calls `work` with K rounded up to a size that the kernels are compiled for.
template <class Work>
void with_size(int64_t size, const Work& work) {
  if (size <= 16) {
    work(std::integral_constant<int, 16>{});
  } else if (size <= 32) {
    work(std::integral_constant<int, 32>{});
  } else if (size <= 64) {
    work(std::integral_constant<int, 64>{});
  } else {
    work(std::integral_constant<int, kLargestSize>{});
  }
}

// The same with a number of the storage type.
template <class Work>
void with_types(const AttentionCall& call, const Work& work) {
  with_size(call.size, [&](auto size) {
    if (call.storage == AttentionStorage::kFloat32) {
      work(float{}, size);
    } else {
      work(uint16_t{}, size);
    }
  });
}

template <class Kernel, class... Arguments>
void launch(Kernel kernel, const AttentionCall& call, int64_t rows, size_t shared_bytes,
            const Arguments&... arguments) {
  const dim3 grid(static_cast<unsigned>((rows + kTile - 1) / kTile),
                  static_cast<unsigned>(call.heads), static_cast<unsigned>(call.batch));
  if (grid.x == 0 || grid.y == 0 || grid.z == 0) return;
  check_cuda(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                  static_cast<int>(shared_bytes)),
             "attention");
  kernel<<<grid, kThreads, shared_bytes>>>(call, arguments...);
  check_cuda(cudaGetLastError(), "attention");
}

}  // namespace

int64_t attention_shared_bytes(int64_t size) {
  int64_t bytes = 0;
  if (size > kLargestSize) return bytes;
  with_size(size, [&](auto rounded) {
    constexpr int kSize = decltype(rounded)::value;
    bytes =
        std::max({sizeof(ForwardTiles<kSize>), sizeof(QueryTiles<kSize>), sizeof(KeyTiles<kSize>)});
  });
  return bytes;
}

bool cuda_attention_takes(int64_t batch, int64_t size) {
  int device = 0, most = 0;
  check_cuda(cudaGetDevice(&device), "attention");
  check_cuda(cudaDeviceGetAttribute(&most, cudaDevAttrMaxSharedMemoryPerBlockOptin, device),
             "attention");
  return batch <= kMostSentences && size <= kLargestSize && attention_shared_bytes(size) <= most;
}

void attend_cuda(const AttentionCall& call, const AttentionStatistics& statistics) {
  with_types(call, [&](auto value, auto size) {
    constexpr int kSize = decltype(size)::value;
    launch(forward<decltype(value), kSize>, call, call.queries, sizeof(ForwardTiles<kSize>),
           statistics, DropoutValue(call.dropout));
  });
}

void attend_backward_cuda(const AttentionCall& call, const AttentionGradients& gradients) {
  with_types(call, [&](auto value, auto size) {
    using Value = decltype(value);
    constexpr int kSize = decltype(size)::value;
    const DropoutValue dropout(call.dropout);
    launch(backward_queries<Value, kSize>, call, call.queries, sizeof(QueryTiles<kSize>), gradients,
           dropout);
    launch(backward_keys<Value, kSize>, call, call.keys, sizeof(KeyTiles<kSize>), gradients,
           dropout);
  });
}

}  // namespace nmt::kernels

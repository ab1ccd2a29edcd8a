// Rows shared out among threads in chunks that do not depend on the number of threads, so that sums
// over rows, taken chunk by chunk, do not either.

#pragma once

#include <ATen/Parallel.h>

#include <algorithm>
#include <cstdint>

namespace nmt::kernels {

inline constexpr int64_t kChunkRows = 512;

inline int64_t chunk_count(int64_t rows, int64_t chunk_rows = kChunkRows) {
  return (rows + chunk_rows - 1) / chunk_rows;
}

/// Calls work(chunk, first row, number of rows) for each chunk of `rows` rows.
template <class Work>
void for_each_chunk(int64_t rows, const Work& work, int64_t chunk_rows = kChunkRows) {
  at::parallel_for(0, chunk_count(rows, chunk_rows), 1, [&](int64_t begin, int64_t end) {
    for (int64_t chunk = begin; chunk < end; ++chunk) {
      const int64_t first = chunk * chunk_rows;
      work(chunk, first, std::min(chunk_rows, rows - first));
    }
  });
}

}  // namespace nmt::kernels

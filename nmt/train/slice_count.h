// How many slices a worker's share of a micro-batch is cut into.
//
// What a share keeps for its backward pass is most of a run's memory. Cut into slices that follow
// each other and add to the same gradients, it keeps one slice's activations at a time. Slices of
// kSliceValues are small enough for that, and large enough for matrix products at full speed.

#pragma once

#include <algorithm>
#include <cstdint>

namespace nmt::train {

/// Numbers of one activation [pieces, d_model] that a slice has at most: 1,024 pieces of width 512.
inline constexpr int64_t kSliceValues = int64_t{1} << 19;

/// Slices of each worker's share of a micro-batch whose longer side has `pieces`; at least 1.
inline int64_t slice_count(int64_t pieces, int64_t workers, int64_t d_model) {
  const int64_t values = (pieces + workers - 1) / workers * d_model;
  return std::max<int64_t>(1, (values + kSliceValues - 1) / kSliceValues);
}

}  // namespace nmt::train

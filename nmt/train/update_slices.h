// How an update is cut into what a worker thread runs forward and backward at once: every
// micro-batch by rows into one share a worker, a large share into slices (slice_count.h).

#pragma once

#include <cstdint>
#include <vector>

#include "data/batch.h"

namespace nmt::train {

/// Rows of a micro-batch: part `part` of `parts` equal ones.
struct Slice {
  size_t micro_batch = 0;
  int64_t part = 0;
  int64_t parts = 1;

  bool operator==(const Slice&) const = default;
};

/// The slices of worker `worker` of `workers`, in the order in which it runs them. A function of
/// the batches, `workers` and `d_model` alone.
std::vector<Slice> slices_of(const std::vector<data::Batch>& micro_batches, int64_t worker,
                             int64_t workers, int64_t d_model);

/// Every micro-batch at once: what a GPU runs.
std::vector<Slice> whole_micro_batches(const std::vector<data::Batch>& micro_batches);

/// The rows of `slice` in its micro-batch; undefined tensors if it has none, because there are more
/// parts than rows.
data::Batch rows_of(const Slice& slice, const std::vector<data::Batch>& micro_batches);

}  // namespace nmt::train

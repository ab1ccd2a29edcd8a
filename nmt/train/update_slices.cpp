#include "nmt/train/update_slices.h"

#include <algorithm>

#include "nmt/train/slice_count.h"

namespace nmt::train {

std::vector<Slice> slices_of(const std::vector<data::Batch>& micro_batches, int64_t worker,
                             int64_t workers, int64_t d_model) {
  std::vector<Slice> slices;
  for (size_t i = 0; i < micro_batches.size(); ++i) {
    const data::Batch& batch = micro_batches[i];
    const int64_t count =
        slice_count(std::max(batch.source_tokens(), batch.target_tokens()), workers, d_model);
    for (int64_t k = 0; k < count; ++k) {
      slices.push_back({.micro_batch = i, .part = worker * count + k, .parts = workers * count});
    }
  }
  return slices;
}

std::vector<Slice> whole_micro_batches(const std::vector<data::Batch>& micro_batches) {
  std::vector<Slice> slices;
  for (size_t i = 0; i < micro_batches.size(); ++i) slices.push_back({.micro_batch = i});
  return slices;
}

data::Batch rows_of(const Slice& slice, const std::vector<data::Batch>& micro_batches) {
  const data::Batch& batch = micro_batches[slice.micro_batch];
  const int64_t begin = batch.size() * slice.part / slice.parts;
  const int64_t end = batch.size() * (slice.part + 1) / slice.parts;
  return begin == end ? data::Batch{} : data::slice(batch, begin, end);
}

}  // namespace nmt::train

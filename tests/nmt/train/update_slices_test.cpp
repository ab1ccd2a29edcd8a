#include "nmt/train/update_slices.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <tuple>

#include "nmt/train/slice_count.h"

namespace nmt::train::update_slices_test {
namespace {

// `rows` pairs of one length; pair i has number first + i.
data::Batch batch_of(int64_t rows, int64_t source, int64_t target, int64_t first = 0) {
  data::Batch batch{.source = torch::full({rows, source}, 5, torch::kInt64),
                    .source_lengths = torch::full({rows}, source, torch::kInt64),
                    .target = torch::full({rows, target}, 6, torch::kInt64),
                    .target_lengths = torch::full({rows}, target, torch::kInt64),
                    .pairs = std::vector<int64_t>(rows)};
  std::iota(batch.pairs.begin(), batch.pairs.end(), first);
  return batch;
}

TEST(UpdateSlices, EveryRowIsInOneSliceOfOneWorker) {
  for (const int64_t workers : {1, 2, 3}) {
    for (const int64_t d_model : {64, 512, 4096}) {
      SCOPED_TRACE(::testing::Message() << workers << " workers, width " << d_model);
      const std::vector<data::Batch> batches = {batch_of(70, 25, 20), batch_of(1, 3, 9, 70),
                                                batch_of(29, 11, 30, 71)};
      std::vector<int64_t> seen;
      for (int64_t worker = 0; worker < workers; ++worker) {
        for (const Slice& slice : slices_of(batches, worker, workers, d_model)) {
          const data::Batch rows = rows_of(slice, batches);
          seen.insert(seen.end(), rows.pairs.begin(), rows.pairs.end());
        }
      }
      std::sort(seen.begin(), seen.end());
      std::vector<int64_t> all(100);
      std::iota(all.begin(), all.end(), 0);
      EXPECT_EQ(seen, all);
    }
  }
}

TEST(UpdateSlices, AGpuRunsWholeMicroBatches) {
  const std::vector<data::Batch> batches = {batch_of(70, 25, 20), batch_of(1, 3, 9, 70)};
  const std::vector<Slice> expected = {{.micro_batch = 0}, {.micro_batch = 1}};
  EXPECT_EQ(whole_micro_batches(batches), expected);
  EXPECT_EQ(rows_of(expected[0], batches).size(), 70);
}

TEST(UpdateSlices, NoSliceOfEqualRowsIsLargerThanItsLimit) {
  for (const auto& [rows, source, target] :
       {std::tuple{200, 20, 35}, {200, 35, 20}, {256, 16, 16}, {333, 7, 5}}) {
    const std::vector<data::Batch> batches = {batch_of(rows, source, target)};
    for (const Slice& slice : slices_of(batches, 0, 2, 512)) {
      const data::Batch part = rows_of(slice, batches);
      EXPECT_LE(std::max(part.source_tokens(), part.target_tokens()) * 512,
                kSliceValues + 512 * std::max(source, target));
    }
  }
}

TEST(UpdateSlices, SmallSharesStayWhole) {
  const std::vector<data::Batch> batches = {batch_of(100, 20, 20)};
  const std::vector<Slice> expected = {{.micro_batch = 0, .part = 1, .parts = 2}};
  EXPECT_EQ(slices_of(batches, 1, 2, 64), expected);
  EXPECT_EQ(slice_count(2048, 2, 512), 1);
  EXPECT_EQ(slice_count(2050, 2, 512), 2);
  EXPECT_EQ(slice_count(8192, 1, 512), 8);
  EXPECT_EQ(slice_count(1, 4, 64), 1);
}

}  // namespace
}  // namespace nmt::train::update_slices_test

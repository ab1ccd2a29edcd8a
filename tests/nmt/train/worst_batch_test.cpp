// The batch that is tried first is the one whose largest slice, cut as an update is, has the most
// pieces. (That it changes nothing: train_step_test; what is said of it: tests/programs.)

#include "nmt/train/worst_batch.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "data/token_batcher.h"
#include "nmt/train/update_slices.h"
#include "tests/nmt/train/toy_run.h"

namespace nmt::train::worst_batch_test {
namespace {

// Of the slices that the workers really get.
int64_t largest_slice(const data::Batch& batch, const config::TrainingConfig& config) {
  int64_t largest = 0;
  for (int64_t worker = 0; worker < config.threads; ++worker) {
    for (const Slice& slice : slices_of({batch}, worker, config.threads, config.model.d_model)) {
      const data::Batch rows = rows_of(slice, {batch});
      if (!rows.source.defined()) continue;
      largest = std::max(largest, rows.source_tokens() + rows.target_tokens());
    }
  }
  return largest;
}

TEST(WorstBatch, HasTheLargestSlice) {
  const TrainingData data = testing::toy_data();
  config::TrainingConfig config = testing::toy_config(data, "");
  for (const int64_t max_tokens : {300, 600, 1500}) {
    for (const int64_t threads : {1, 3, 16}) {
      config.threads = threads;
      const data::BatchPlan plan(data.train, max_tokens, /*shuffle_seed=*/1);
      std::vector<int64_t> sizes;
      for (int64_t i = 0; i < plan.size(); ++i) {
        sizes.push_back(largest_slice(data::make_batch(data.train, plan.pairs(i)), config));
      }
      EXPECT_EQ(sizes[worst_batch(plan, data.train, config)], std::ranges::max(sizes))
          << max_tokens << ' ' << threads;
    }
  }
}

}  // namespace
}  // namespace nmt::train::worst_batch_test

// BatchPrefetcher: the batches of the next update, made by another thread while this one trains.

#pragma once

#include <cstdint>
#include <future>
#include <vector>

#include "data/token_batcher.h"

namespace nmt::data {

/// The micro-batches of one update, and where the data stands behind them.
struct UpdateBatches {
  std::vector<Batch> batches;
  DataPosition position;         ///< The next batch to come.
  int64_t batches_in_epoch = 0;  ///< Of the epoch that `position` is in.
};

/// Gives what its batcher would give, one update ahead. For use by one thread.
class BatchPrefetcher {
 public:
  /// `micro_batches` an update, at least 1; continues where `batcher` stands. The corpus must
  /// outlive the prefetcher.
  BatchPrefetcher(TokenBatcher batcher, int64_t micro_batches);
  BatchPrefetcher(const BatchPrefetcher&) = delete;
  BatchPrefetcher& operator=(const BatchPrefetcher&) = delete;

  /// The batches of the next update. What follows them is begun at once.
  UpdateBatches next();

 private:
  UpdateBatches take();
  void begin();

  TokenBatcher batcher_;  // Belongs to the other thread while ahead_ is not ready.
  int64_t micro_batches_;
  std::future<UpdateBatches> ahead_;  // Last, so that it is waited for first.
};

}  // namespace nmt::data

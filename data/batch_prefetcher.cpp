#include "data/batch_prefetcher.h"

#include <utility>

namespace nmt::data {

BatchPrefetcher::BatchPrefetcher(TokenBatcher batcher, int64_t micro_batches)
    : batcher_(std::move(batcher)), micro_batches_(micro_batches) {
  begin();
}

UpdateBatches BatchPrefetcher::next() {
  UpdateBatches update = ahead_.get();
  begin();
  return update;
}

UpdateBatches BatchPrefetcher::take() {
  UpdateBatches update;
  for (int64_t i = 0; i < micro_batches_; ++i) update.batches.push_back(batcher_.next());
  update.position = batcher_.position();
  update.batches_in_epoch = batcher_.batches_in_epoch();
  return update;
}

void BatchPrefetcher::begin() {
  ahead_ = std::async(std::launch::async, [this] { return take(); });
}

}  // namespace nmt::data

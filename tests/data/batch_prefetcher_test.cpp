// BatchPrefetcher: the same batches and positions as those of its batcher.

#include "data/batch_prefetcher.h"

#include <gtest/gtest.h>

#include "tests/data/sample_text.h"

namespace nmt::data::batch_prefetcher_test {
namespace {

using testing::made_up_pairs;
using testing::made_up_vocabulary;

class BatchPrefetcherTest : public ::testing::Test {
 protected:
  TokenBatcher batcher(double sampling) const {
    return TokenBatcher(corpus_, {.max_tokens = 600, .seed = 3, .sampling = {.alpha = sampling}});
  }

  Vocabulary vocabulary_ = made_up_vocabulary();
  ParallelCorpus corpus_ = ParallelCorpus::from_pairs(made_up_pairs(300), vocabulary_, {});
};

TEST_F(BatchPrefetcherTest, GivesWhatItsBatcherGives) {
  for (const int64_t micro_batches : {1, 3}) {
    for (const double sampling : {0.0, 0.2}) {
      TokenBatcher expected = batcher(sampling);
      BatchPrefetcher ahead(batcher(sampling), micro_batches);
      while (expected.position().epoch < 3) {
        const UpdateBatches update = ahead.next();
        ASSERT_EQ(update.batches.size(), static_cast<size_t>(micro_batches));
        for (const Batch& batch : update.batches) {
          const Batch one = expected.next();
          EXPECT_EQ(batch.pairs, one.pairs);
          EXPECT_TRUE(torch::equal(batch.source, one.source));
          EXPECT_TRUE(torch::equal(batch.target, one.target));
        }
        EXPECT_EQ(update.position, expected.position());
        EXPECT_EQ(update.batches_in_epoch, expected.batches_in_epoch());
      }
    }
  }
}

TEST_F(BatchPrefetcherTest, GoesOnWhereItsBatcherStands) {
  TokenBatcher expected = batcher(0.0);
  expected.restore({.epoch = 2, .batch = 1});
  BatchPrefetcher ahead(expected, 1);
  EXPECT_EQ(ahead.next().batches[0].pairs, expected.next().pairs);
}

}  // namespace
}  // namespace nmt::data::batch_prefetcher_test

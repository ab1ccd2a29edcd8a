#include "nmt/train/worker_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <limits>
#include <vector>

namespace nmt::train::worker_pool_test {
namespace {

TEST(WorkerPool, DenormalNumbersCountAsZeroInItsWorkAlone) {
  volatile float least = std::numeric_limits<float>::min();
  const auto half_of_least = [&] { return least * 0.5f; };
  for (const int64_t workers : {1, 2}) {
    WorkerPool pool(workers);
    std::vector<float> product(workers, 1.0f);
    pool.run([&](int64_t worker) { product[worker] = half_of_least(); });
    EXPECT_EQ(product, std::vector<float>(workers, 0.0f));
    EXPECT_GT(half_of_least(), 0.0f);
  }
}

TEST(WorkerPool, LibTorchUsesOneThreadInEachOfItsThreads) {
  const int before = at::get_num_threads();
  std::atomic<int> threads = 0;
  WorkerPool(2).run([&](int64_t) { threads += at::get_num_threads(); });
  EXPECT_EQ(threads, 2);
  WorkerPool(1).run([&](int64_t) { EXPECT_EQ(at::get_num_threads(), before); });
}

}  // namespace
}  // namespace nmt::train::worker_pool_test

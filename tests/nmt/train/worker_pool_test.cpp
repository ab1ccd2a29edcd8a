#include "nmt/train/worker_pool.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <stdexcept>

namespace nmt::train {
namespace {

TEST(WorkerPool, RunsEveryWorkerOnceAThread) {
  for (const int64_t workers : {1, 2, 5}) {
    WorkerPool pool(workers);
    ASSERT_EQ(pool.size(), workers);
    for (int round = 0; round < 50; ++round) {
      std::vector<std::thread::id> thread(workers);
      std::vector<int> calls(workers, 0);
      pool.run([&](int64_t worker) {
        ++calls[worker];
        thread[worker] = std::this_thread::get_id();
      });
      EXPECT_EQ(calls, std::vector<int>(workers, 1));
      EXPECT_EQ(std::set<std::thread::id>(thread.begin(), thread.end()).size(),
                static_cast<size_t>(workers));
    }
  }
}

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

TEST(WorkerPool, PassesTheFirstWorkersExceptionOnAndStaysUsable) {
  WorkerPool pool(3);
  const auto fail = [](int64_t worker) {
    if (worker > 0) throw std::runtime_error(std::to_string(worker));
  };
  try {
    pool.run(fail);
    FAIL() << "expected an exception";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "1");
  }
  int done = 0;
  pool.run([&](int64_t worker) { done += worker == 2; });
  EXPECT_EQ(done, 1);
}

TEST(WorkerPool, DoesEveryTaskOnce) {
  for (const int64_t workers : {1, 2, 5}) {
    WorkerPool pool(workers);
    for (const int64_t tasks : {0, 1, 4, 1000}) {
      std::vector<int> calls(tasks, 0);
      pool.for_each(tasks, [&](int64_t task) { ++calls[task]; });
      EXPECT_EQ(calls, std::vector<int>(tasks, 1));
    }
  }
}

TEST(WorkerPool, OneWorkerIsTheCallerItself) {
  WorkerPool pool(1);
  std::thread::id thread;
  pool.run([&](int64_t) { thread = std::this_thread::get_id(); });
  EXPECT_EQ(thread, std::this_thread::get_id());
}

}  // namespace
}  // namespace nmt::train

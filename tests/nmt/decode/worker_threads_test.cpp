// Every piece of work once, whatever the number of threads; errors reach the caller.

#include "nmt/decode/worker_threads.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

namespace nmt::decode {
namespace {

TEST(WorkerThreadsTest, EveryPieceOnce) {
  for (const int64_t threads : {1, 2, 3, 50}) {
    std::vector<std::atomic<int>> calls(40);
    run_on_threads(calls.size(), threads, [&](size_t i) { ++calls[i]; });
    for (const std::atomic<int>& count : calls) EXPECT_EQ(count, 1);
  }
}

TEST(WorkerThreadsTest, NothingToDo) {
  run_on_threads(0, 4, [](size_t) { FAIL(); });
}

TEST(WorkerThreadsTest, AnErrorEndsTheWorkAndReachesTheCaller) {
  for (const int64_t threads : {1, 3}) {
    std::atomic<int> calls = 0;
    const auto work = [&](size_t i) {
      ++calls;
      if (i == 2) throw std::runtime_error("two");
    };
    EXPECT_THROW(run_on_threads(100000, threads, work), std::runtime_error);
    EXPECT_LT(calls, 100000);
  }
}

}  // namespace
}  // namespace nmt::decode

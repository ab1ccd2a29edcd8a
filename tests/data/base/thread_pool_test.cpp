// Every piece of work once, whatever the number of threads; errors reach the caller.

#include "data/base/thread_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace nmt::base::thread_pool_test {
namespace {

TEST(ThreadPool, RunsEveryWorkerOnceAThread) {
  for (const int64_t workers : {1, 2, 5}) {
    ThreadPool pool(workers);
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

TEST(ThreadPool, PassesTheFirstWorkersExceptionOnAndStaysUsable) {
  ThreadPool pool(3);
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

TEST(ThreadPool, DoesEveryTaskOnce) {
  for (const int64_t workers : {1, 2, 5}) {
    ThreadPool pool(workers);
    for (const int64_t tasks : {0, 1, 4, 1000}) {
      std::vector<int> calls(tasks, 0);
      pool.for_each(tasks, [&](int64_t task) { ++calls[task]; });
      EXPECT_EQ(calls, std::vector<int>(tasks, 1));
    }
  }
}

TEST(ThreadPool, OneWorkerIsTheCallerItself) {
  ThreadPool pool(1);
  std::thread::id thread;
  pool.run([&](int64_t) { thread = std::this_thread::get_id(); });
  EXPECT_EQ(thread, std::this_thread::get_id());
}

TEST(ThreadPool, EveryThreadButTheCallersBegins) {
  for (const int64_t threads : {1, 3}) {
    std::atomic<int> begun = 0;
    ThreadPool pool(threads, [&] { ++begun; });
    for (int round = 0; round < 2; ++round) pool.run([](int64_t) {});
    EXPECT_EQ(begun, threads == 1 ? 0 : threads);
  }
}

TEST(ThreadPool, AnErrorEndsTheTasksAndReachesTheCaller) {
  for (const int64_t threads : {1, 3}) {
    std::atomic<int> calls = 0;
    const auto work = [&](int64_t task) {
      ++calls;
      if (task == 2) throw std::runtime_error("two");
    };
    EXPECT_THROW(ThreadPool(threads).for_each(100000, work), std::runtime_error);
    EXPECT_LT(calls, 100000);
  }
}

TEST(ForEachBlock, CutsTheWholeIntoOneBlockAThread) {
  for (const size_t count : {0, 1, 4, 10}) {
    for (const int64_t threads : {-1, 1, 3, 50}) {
      std::mutex mutex;
      std::set<std::pair<size_t, size_t>> blocks;
      for_each_block(count, threads, [&](size_t begin, size_t end) {
        const std::lock_guard lock(mutex);
        blocks.emplace(begin, end);
      });
      const size_t expected =
          std::clamp<size_t>(std::max<int64_t>(threads, 1), 1, std::max<size_t>(count, 1));
      EXPECT_EQ(blocks.size(), expected);
      size_t next = 0;
      for (const auto& [begin, end] : blocks) {
        EXPECT_EQ(begin, next);
        EXPECT_LE(end - begin, count / expected + 1);
        next = end;
      }
      EXPECT_EQ(next, count);
    }
  }
}

TEST(ForEachBlock, ThrowsWhatTheFirstBlockThrew) {
  const auto work = [](size_t begin, size_t) {
    if (begin > 0) throw std::runtime_error(std::to_string(begin));
  };
  try {
    for_each_block(9, 3, work);
    FAIL() << "expected an exception";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "3");
  }
}

}  // namespace
}  // namespace nmt::base::thread_pool_test

// ThreadPool: several threads that work together, and loops over independent pieces of work. Which
// thread does which piece changes no result.

#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace nmt::base {

/// Calls work(0) .. work(tasks − 1), some at the same time, and returns when all have ended.
using ParallelFor =
    std::function<void(int64_t tasks, const std::function<void(int64_t task)>& work)>;

/// N threads that live as long as it does. Not for use by several callers at a time.
class ThreadPool {
 public:
  /// `threads` below 1 counts as 1; with 1 the work runs in the calling thread. Any other thread
  /// first calls `begin`, unless it is empty. Throws std::system_error if the system gives no more
  /// threads.
  explicit ThreadPool(int64_t threads, std::function<void()> begin = {});
  ~ThreadPool() { close(); }
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  /// Calls work(0) .. work(size() − 1), one a thread, and returns when all have ended. Throws the
  /// exception of the lowest thread that threw.
  void run(const std::function<void(int64_t thread)>& work);

  /// Calls work(0) .. work(tasks − 1), each in one of the threads: whoever is free takes the next.
  /// An exception ends the remaining work and is thrown here.
  void for_each(int64_t tasks, const std::function<void(int64_t task)>& work);

  int64_t size() const { return size_; }

 private:
  void close();
  void serve(int64_t thread);
  void work_and_keep_error(int64_t thread);

  int64_t size_;
  std::function<void()> begin_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable start_;
  std::condition_variable done_;
  const std::function<void(int64_t)>* work_ = nullptr;
  int64_t round_ = 0;
  int64_t running_ = 0;
  bool closing_ = false;
  std::vector<std::exception_ptr> errors_;
};

/// Cuts 0 .. `count` into consecutive parts of equal length, one a thread of at most `threads`
/// (below 1 counts as 1), calls work(begin, end) for each and returns when all have ended. Throws
/// the exception of the first part that threw.
void for_each_block(size_t count, int64_t threads,
                    const std::function<void(size_t begin, size_t end)>& work);

}  // namespace nmt::base

// Threads that live as long as a run and work on one update together.

#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace nmt::train {

/// N threads, in each of which LibTorch itself uses one thread and denormal numbers count as zero
/// (flush_denormals.h). Not for use by several callers.
class WorkerPool {
 public:
  /// `workers` at least 1; with 1 the work runs in the calling thread.
  explicit WorkerPool(int64_t workers);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Calls work(0) .. work(size() − 1), one a thread, and returns when all have ended. Throws the
  /// exception of the lowest worker that threw.
  void run(const std::function<void(int64_t)>& work);

  /// Calls work(0) .. work(tasks − 1), each in one of the threads: whoever is free takes the next.
  void for_each(int64_t tasks, const std::function<void(int64_t)>& work);

  int64_t size() const { return size_; }

 private:
  void serve(int64_t worker);
  void work_and_keep_error(int64_t worker);

  int64_t size_;
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

}  // namespace nmt::train

// Threads that live as long as a run and work on one update together.

#pragma once

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include <cfenv>
#include <cstdint>
#include <functional>

#include "data/base/thread_pool.h"

namespace nmt::train {

/// From its construction to its destruction, numbers too small for float32's normal form count as
/// zero in this thread. In a very deep post-LN model gradients shrink from layer to layer until
/// they are denormal (below 1.2e-38), which changes no weight, but is many times as slow to
/// multiply.
class FlushDenormals {
 public:
  FlushDenormals() {
    std::fegetenv(&before_);
    at::globalContext().setFlushDenormal(true);
  }
  ~FlushDenormals() { std::fesetenv(&before_); }
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
  std::fenv_t before_;
};

/// A base::ThreadPool in whose work FlushDenormals holds. LibTorch itself uses one thread in each
/// of its threads.
class WorkerPool {
 public:
  /// `workers` at least 1; with 1 the work runs in the calling thread.
  explicit WorkerPool(int64_t workers) : pool_(workers, [] { at::set_num_threads(1); }) {}

  /// As those of base::ThreadPool.
  void run(const std::function<void(int64_t)>& work) { pool_.run(flushing(work)); }
  void for_each(int64_t tasks, const std::function<void(int64_t)>& work) {
    pool_.for_each(tasks, flushing(work));
  }
  int64_t size() const { return pool_.size(); }

  /// for_each(), for those who only share out work; the pool must outlive it.
  base::ParallelFor parallel_for() {
    return [this](int64_t tasks, const auto& work) { for_each(tasks, work); };
  }

 private:
  static std::function<void(int64_t)> flushing(const std::function<void(int64_t)>& work) {
    return [&work](int64_t i) {
      const FlushDenormals flush;
      work(i);
    };
  }

  base::ThreadPool pool_;
};

}  // namespace nmt::train

#include "nmt/train/worker_pool.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>

#include "nmt/train/flush_denormals.h"

namespace nmt::train {

WorkerPool::WorkerPool(int64_t workers) : size_(std::max<int64_t>(1, workers)), errors_(size_) {
  if (size_ == 1) return;
  for (int64_t i = 0; i < size_; ++i) threads_.emplace_back([this, i] { serve(i); });
}

WorkerPool::~WorkerPool() {
  {
    std::lock_guard lock(mutex_);
    closing_ = true;
  }
  start_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void WorkerPool::work_and_keep_error(int64_t worker) {
  const FlushDenormals flush;
  try {
    (*work_)(worker);
  } catch (...) {
    errors_[worker] = std::current_exception();
  }
}

void WorkerPool::serve(int64_t worker) {
  at::set_num_threads(1);
  int64_t seen = 0;
  std::unique_lock lock(mutex_);
  while (true) {
    start_.wait(lock, [&] { return closing_ || round_ != seen; });
    if (closing_) return;
    seen = round_;
    lock.unlock();
    work_and_keep_error(worker);
    lock.lock();
    if (--running_ == 0) done_.notify_one();
  }
}

void WorkerPool::run(const std::function<void(int64_t)>& work) {
  std::fill(errors_.begin(), errors_.end(), nullptr);
  work_ = &work;
  if (threads_.empty()) {
    work_and_keep_error(0);
  } else {
    std::unique_lock lock(mutex_);
    ++round_;
    running_ = size_;
    start_.notify_all();
    done_.wait(lock, [&] { return running_ == 0; });
  }
  for (const std::exception_ptr& error : errors_) {
    if (error) std::rethrow_exception(error);
  }
}

void WorkerPool::for_each(int64_t tasks, const std::function<void(int64_t)>& work) {
  if (tasks == 0) return;
  std::atomic<int64_t> next = 0;
  run([&](int64_t) {
    for (int64_t task = next++; task < tasks; task = next++) work(task);
  });
}

}  // namespace nmt::train

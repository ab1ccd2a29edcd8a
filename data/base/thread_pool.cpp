#include "data/base/thread_pool.h"

#include <algorithm>
#include <atomic>
#include <utility>

namespace nmt::base {

ThreadPool::ThreadPool(int64_t threads, std::function<void()> begin)
    : size_(std::max<int64_t>(1, threads)), begin_(std::move(begin)), errors_(size_) {
  if (size_ == 1) return;
  try {
    for (int64_t i = 0; i < size_; ++i) threads_.emplace_back([this, i] { serve(i); });
  } catch (...) {  // The system gives no more threads.
    close();
    throw;
  }
}

void ThreadPool::close() {
  {
    std::lock_guard lock(mutex_);
    closing_ = true;
  }
  start_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ThreadPool::work_and_keep_error(int64_t thread) {
  try {
    (*work_)(thread);
  } catch (...) {
    errors_[thread] = std::current_exception();
  }
}

void ThreadPool::serve(int64_t thread) {
  if (begin_) begin_();
  int64_t seen = 0;
  std::unique_lock lock(mutex_);
  while (true) {
    start_.wait(lock, [&] { return closing_ || round_ != seen; });
    if (closing_) return;
    seen = round_;
    lock.unlock();
    work_and_keep_error(thread);
    lock.lock();
    if (--running_ == 0) done_.notify_one();
  }
}

void ThreadPool::run(const std::function<void(int64_t)>& work) {
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

void ThreadPool::for_each(int64_t tasks, const std::function<void(int64_t)>& work) {
  if (tasks == 0) return;
  std::atomic<int64_t> next = 0;
  run([&](int64_t) {
    try {
      for (int64_t task = next++; task < tasks; task = next++) work(task);
    } catch (...) {
      next = tasks;
      throw;
    }
  });
}

void for_each_block(size_t count, int64_t threads,
                    const std::function<void(size_t begin, size_t end)>& work) {
  ThreadPool pool(std::min(threads, static_cast<int64_t>(count)));
  const auto blocks = static_cast<size_t>(pool.size());
  pool.run([&](size_t block) { work(count * block / blocks, count * (block + 1) / blocks); });
}

}  // namespace nmt::base

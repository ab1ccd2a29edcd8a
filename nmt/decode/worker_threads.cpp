#include "nmt/decode/worker_threads.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace nmt::decode {
namespace {

class Workers {
 public:
  Workers(size_t count, const std::function<void(size_t)>& work) : count_(count), work_(work) {}

  void run() {
    at::set_num_threads(1);
    try {
      for (size_t i = next_++; i < count_; i = next_++) work_(i);
    } catch (...) {
      next_ = count_;
      const std::lock_guard lock(mutex_);
      if (!error_) error_ = std::current_exception();
    }
  }

  std::exception_ptr error() const { return error_; }

 private:
  const size_t count_;
  const std::function<void(size_t)>& work_;
  std::atomic<size_t> next_ = 0;
  std::mutex mutex_;
  std::exception_ptr error_;
};

}  // namespace

void run_on_threads(size_t count, int64_t threads, const std::function<void(size_t)>& work) {
  if (threads <= 1) {
    for (size_t i = 0; i < count; ++i) work(i);
    return;
  }
  Workers workers(count, work);
  {
    std::vector<std::jthread> pool;
    const size_t size = std::min(count, static_cast<size_t>(threads));
    for (size_t i = 0; i < size; ++i) pool.emplace_back([&workers] { workers.run(); });
  }
  if (workers.error()) std::rethrow_exception(workers.error());
}

}  // namespace nmt::decode

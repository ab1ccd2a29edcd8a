// Who does the parts of an update: a training run lends its own worker threads, so that no second
// set of threads stands beside them.

#pragma once

#include <ATen/Parallel.h>

#include "data/base/thread_pool.h"

namespace nmt::optim {

using base::ParallelFor;

/// On LibTorch's threads.
inline void in_torch_threads(int64_t tasks, const std::function<void(int64_t task)>& work) {
  at::parallel_for(0, tasks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; ++task) work(task);
  });
}

}  // namespace nmt::optim

#include "nmt/metrics/parallel.h"

#include <algorithm>
#include <exception>
#include <thread>
#include <vector>

namespace nmt::metrics {

void for_each_block(size_t count, int64_t threads,
                    const std::function<void(size_t begin, size_t end)>& work) {
  const size_t blocks = std::min<size_t>(std::max<int64_t>(threads, 1), std::max<size_t>(count, 1));
  std::vector<std::exception_ptr> errors(blocks);
  const auto run = [&](size_t block) {
    try {
      work(count * block / blocks, count * (block + 1) / blocks);
    } catch (...) {
      errors[block] = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> others;
    for (size_t block = 1; block < blocks; ++block) others.emplace_back(run, block);
    run(0);
  }
  for (const std::exception_ptr& error : errors) {
    if (error) std::rethrow_exception(error);
  }
}

}  // namespace nmt::metrics

// for_each_block: a range of work cut into one block a thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

namespace nmt::metrics {

/// Calls work(begin, end) for consecutive parts of 0 to `count`, each in a thread of its own if
/// there is more than one, and returns when all have ended. `threads` below 1 counts as 1. What a
/// part throws is thrown here, the first part's first.
void for_each_block(size_t count, int64_t threads,
                    const std::function<void(size_t begin, size_t end)>& work);

}  // namespace nmt::metrics

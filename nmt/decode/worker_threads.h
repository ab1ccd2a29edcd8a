// Independent pieces of work on several threads.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

namespace nmt::decode {

/// Calls work(0) .. work(count − 1), each once. With `threads` > 1 on that many threads, in which
/// LibTorch itself uses one thread each; otherwise in the calling thread, as it is. The first
/// exception ends the remaining work and is thrown here.
void run_on_threads(size_t count, int64_t threads, const std::function<void(size_t)>& work);

}  // namespace nmt::decode

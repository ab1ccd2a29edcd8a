// SIGINT and SIGTERM as a flag that a long-running program looks at.

#pragma once

#include <atomic>

namespace nmt::cli {

/// From the first call on, SIGINT and SIGTERM set the returned flag; a second signal ends the program
/// at once, as it would have without this. The flag lives as long as the process.
const std::atomic<bool>& catch_stop_signals();

}  // namespace nmt::cli

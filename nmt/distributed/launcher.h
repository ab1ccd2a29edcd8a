// The processes of one machine, started by one of their kind: nmt-train --processes N.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace nmt::distributed {

struct LaunchPlan {
  std::vector<std::string> words;  ///< The program's path and its arguments.
  int64_t processes = 1;
  int64_t max_restarts = 0;
  /// The words of a further attempt, which goes on where the one before has failed.
  std::function<std::vector<std::string>()> words_again;
  /// Gets a line for people when there is a further attempt.
  std::function<void(const std::string& line)> notice;
};

/// Starts `plan.processes` processes, which find each other by their environment (membership.h),
/// and waits until all have ended. When `stop` becomes true, each is asked to stop. When one ends
/// badly, the others have a few seconds to find out by themselves, then they are killed; after that
/// there are `plan.max_restarts` further attempts, unless the command line is wrong (status 2).
/// Returns the exit status of the process that ended badly first, 1 if a signal ended one; 0 if
/// none did. Throws InputError if a process cannot be started.
int launch(const LaunchPlan& plan, const std::atomic<bool>& stop);

/// In a process that launch() has started: from here on it is asked to stop (SIGTERM) if the one
/// that started it dies.
void stop_with_launcher();

}  // namespace nmt::distributed

// ChildProcess: a program started beside this one.

#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace nmt::cli {

/// How a process ended.
struct ProcessEnd {
  int exit_status = 0;
  int signal = 0;  ///< The signal that ended it; 0: none, `exit_status` counts.

  /// "exit status 1", "signal 9 (Killed)".
  std::string text() const;
};

/// What a child gets from the process that starts it.
struct ChildSurroundings {
  /// File that its standard output and error are appended to; empty: those of this process.
  std::string output;
  bool input = false;                  ///< It has this process's standard input; else an empty one.
  std::vector<std::string> variables;  ///< "NAME=value", over this process's environment.
};

class ChildProcess {
 public:
  /// Starts `words`, a program's path and its arguments. The process has a group of its own: a
  /// Ctrl-C at the terminal does not reach it. Throws InputError if its output cannot be written or
  /// the program not started.
  ChildProcess(const std::vector<std::string>& words, const ChildSurroundings& surroundings);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  /// Asks a process that still runs to stop, and waits for it.
  ~ChildProcess();

  /// How it ended, or none while it runs.
  std::optional<ProcessEnd> end();

  /// Sends SIGTERM if it still runs: nmt-train then writes a checkpoint and ends.
  void ask_to_stop();

  /// Ends it at once (SIGKILL).
  void kill();

  pid_t id() const { return process_; }

 private:
  pid_t process_ = -1;
  std::optional<ProcessEnd> end_;
};

}  // namespace nmt::cli

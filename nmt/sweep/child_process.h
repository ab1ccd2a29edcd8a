// ChildProcess: a program started beside this one, its output in a file.

#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace nmt::sweep {

/// How a process ended.
struct ProcessEnd {
  int exit_status = 0;
  int signal = 0;  ///< The signal that ended it; 0: none, `exit_status` counts.

  /// "exit status 1", "signal 9 (Killed)".
  std::string text() const;
};

class ChildProcess {
 public:
  /// Starts `words`, a program's path and its arguments; standard output and error are appended to
  /// `output`, standard input is empty. The process has a group of its own: a Ctrl-C at the
  /// terminal does not reach it. Throws InputError if `output` cannot be written or the program not
  /// started.
  ChildProcess(const std::vector<std::string>& words, const std::string& output);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  /// Asks a process that still runs to stop, and waits for it.
  ~ChildProcess();

  /// How it ended, or none while it runs.
  std::optional<ProcessEnd> end();

  /// Sends SIGTERM if it still runs: nmt-train then writes a checkpoint and ends.
  void ask_to_stop();

 private:
  pid_t process_ = -1;
  std::optional<ProcessEnd> end_;
};

}  // namespace nmt::sweep

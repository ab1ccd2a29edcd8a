// A program as a process of its own: its exit status, its output, signals to it.

#pragma once

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/testing/temp_folder.h"

namespace nmt::programs {

struct Result {
  int status = -1;  ///< Exit status; 128 + signal if a signal ended it.
  std::string output, errors;
};

struct Setting {
  std::string folder;  ///< Where it runs.
  /// Largest file that it can write, as if the disk were full then.
  std::optional<rlim_t> largest_file;
};

class Process {
 public:
  /// Starts `words`, program path first.
  Process(const std::vector<std::string>& words, const Setting& setting) {
    child_ = fork();
    if (child_ < 0) throw std::runtime_error("fork failed");
    if (child_ == 0) become(words, setting);
  }
  /// Kills it if it still runs.
  ~Process() {
    if (!ended()) signal(SIGKILL), wait();
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  bool ended() {
    int status = 0;
    if (!status_ && waitpid(child_, &status, WNOHANG) == child_) status_ = status;
    return status_.has_value();
  }

  void signal(int number) {
    if (!ended()) ::kill(child_, number);
  }

  pid_t id() const { return child_; }

  /// What it has written to standard output so far.
  std::string output() const { return files_.read("out"); }

  Result wait() {
    int status = 0;
    if (!status_ && waitpid(child_, &status, 0) == child_) status_ = status;
    const int code = WIFEXITED(*status_) ? WEXITSTATUS(*status_) : 128 + WTERMSIG(*status_);
    return {code, files_.read("out"), files_.read("err")};
  }

  /// Waits until `condition` holds, looking all the time; false if the process ends before, or
  /// after a minute.
  bool wait_until(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (!condition()) {
      if (ended() || std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    return true;
  }

 private:
  void become(const std::vector<std::string>& words, const Setting& setting) {
    std::vector<char*> pointers;
    for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
    pointers.push_back(nullptr);
    if (setting.largest_file) {
      const rlimit limit = {*setting.largest_file, *setting.largest_file};
      setrlimit(RLIMIT_FSIZE, &limit);
      ::signal(SIGXFSZ, SIG_IGN);  // Writing then fails as on a full disk.
    }
    const auto redirect = [this](const char* name, int descriptor) {
      const int file = open(files_.path(name).c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
      return file >= 0 && dup2(file, descriptor) == descriptor;
    };
    if (chdir(setting.folder.c_str()) == 0 && redirect("out", 1) && redirect("err", 2)) {
      execv(pointers[0], pointers.data());
    }
    _exit(127);
  }

  nmt::testing::TempFolder files_;
  pid_t child_;
  std::optional<int> status_;
};

/// Runs `words` to its end.
inline Result run(const std::vector<std::string>& words, const Setting& setting) {
  return Process(words, setting).wait();
}

}  // namespace nmt::programs

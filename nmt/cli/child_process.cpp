#include "nmt/cli/child_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>
#include <utility>

#include "data/text/error.h"

namespace nmt::cli {
namespace {

// As the system wants them, ended by a null.
std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> environment_with(const std::vector<std::string>& variables) {
  std::vector<std::string> all = variables;
  for (char** one = environ; *one != nullptr; ++one) {
    const std::string_view text(*one);
    const std::string_view name = text.substr(0, text.find('=') + 1);
    const bool replaced = std::ranges::any_of(
        variables, [&](const std::string& variable) { return variable.starts_with(name); });
    if (!replaced) all.emplace_back(text);
  }
  return all;
}

// The arguments of posix_spawn, freed in any case.
class SpawnPlan {
 public:
  explicit SpawnPlan(const ChildSurroundings& surroundings)
      : variables_(environment_with(surroundings.variables)) {
    posix_spawn_file_actions_init(&actions_);
    if (!surroundings.input) {
      posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    }
    if (!surroundings.output.empty()) {
      posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, surroundings.output.c_str(),
                                       O_WRONLY | O_CREAT | O_APPEND, 0644);
      posix_spawn_file_actions_adddup2(&actions_, STDOUT_FILENO, STDERR_FILENO);
    }
    sigset_t defaults;
    sigemptyset(&defaults);
    for (const int signal : {SIGINT, SIGTERM, SIGPIPE}) sigaddset(&defaults, signal);
    posix_spawnattr_init(&attributes_);
    posix_spawnattr_setsigdefault(&attributes_, &defaults);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  int spawn(pid_t* process, const std::vector<std::string>& words) {
    return posix_spawn(process, words.at(0).c_str(), &actions_, &attributes_,
                       pointers_to(words).data(), pointers_to(variables_).data());
  }

 private:
  std::vector<std::string> variables_;
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

ProcessEnd end_of(int status) {
  if (WIFSIGNALED(status)) return {.exit_status = 0, .signal = WTERMSIG(status)};
  return {.exit_status = WEXITSTATUS(status), .signal = 0};
}

}  // namespace

std::string ProcessEnd::text() const {
  if (signal == 0) return concatenate("exit status ", exit_status);
  return concatenate("signal ", signal, " (", strsignal(signal), ")");
}

ChildProcess::ChildProcess(const std::vector<std::string>& words,
                           const ChildSurroundings& surroundings) {
  const int error = SpawnPlan(surroundings).spawn(&process_, words);
  if (error != 0) {
    process_ = -1;
    const std::string& output = surroundings.output;
    throw InputError("cannot start ", words.at(0),
                     output.empty() ? "" : " with its output in " + output, ": ",
                     std::strerror(error));
  }
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : process_(std::exchange(other.process_, -1)), end_(other.end_) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  std::swap(process_, other.process_);
  std::swap(end_, other.end_);
  return *this;
}

ChildProcess::~ChildProcess() {
  if (process_ < 0 || end()) return;
  ask_to_stop();
  int status = 0;
  while (waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
}

std::optional<ProcessEnd> ChildProcess::end() {
  int status = 0;
  if (!end_ && process_ >= 0 && waitpid(process_, &status, WNOHANG) == process_) {
    end_ = end_of(status);
  }
  return end_;
}

void ChildProcess::ask_to_stop() {
  if (!end()) ::kill(process_, SIGTERM);
}

void ChildProcess::kill() {
  if (!end()) ::kill(process_, SIGKILL);
}

}  // namespace nmt::cli

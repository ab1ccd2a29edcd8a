#include "nmt/distributed/launcher.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <thread>

#include "data/text/error.h"
#include "nmt/cli/child_process.h"
#include "nmt/cli/program.h"
#include "nmt/distributed/line_socket.h"

namespace nmt::distributed {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kPlace = "127.0.0.1";
constexpr const char* kLauncher = "NMT_LAUNCHER";
constexpr std::chrono::milliseconds kLook{20};
constexpr std::chrono::seconds kGrace{4};

// One attempt: all its processes.
class Attempt {
 public:
  Attempt(const std::vector<std::string>& words, int64_t processes) {
    int64_t port = 0;
    const text::Descriptor socket = listen_at(kPlace, port);
    for (int64_t rank = 0; rank < processes; ++rank) {
      std::vector<std::string> variables = {concatenate("RANK=", rank),
                                            concatenate("WORLD_SIZE=", processes),
                                            concatenate("LOCAL_RANK=", rank),
                                            concatenate("LOCAL_WORLD_SIZE=", processes),
                                            concatenate("MASTER_ADDR=", kPlace),
                                            concatenate("MASTER_PORT=", port),
                                            concatenate(kLauncher, "=", ::getpid())};
      const bool first = rank == 0;
      if (first) {
        variables.push_back(concatenate("NMT_RENDEZVOUS_DESCRIPTOR=", socket.get()));
      }
      ::fcntl(socket.get(), F_SETFD, first ? 0 : FD_CLOEXEC);
      processes_.emplace_back(
          words, cli::ChildSurroundings{.output = "", .input = first, .variables = variables});
    }
  }

  // Until all have ended.
  void wait(const std::atomic<bool>& stop) {
    bool asked = false;
    while (running()) {
      if (stop && !asked) {
        for (cli::ChildProcess& process : processes_) process.ask_to_stop();
        asked = true;
      }
      if (bad_since_ && Clock::now() - *bad_since_ > kGrace) {
        killed_ = true;
        for (cli::ChildProcess& process : processes_) process.kill();
      }
      std::this_thread::sleep_for(kLook);
    }
  }

  // 0 or the status of the process that ended badly first.
  int status() const { return status_; }

  // "process 2 (pid 123): signal 9 (Killed)"
  const std::string& problem() const { return problem_; }

 private:
  bool running() {
    bool any = false;
    for (size_t rank = 0; rank < processes_.size(); ++rank) {
      const std::optional<cli::ProcessEnd> end = processes_[rank].end();
      if (!end) {
        any = true;
      } else if (explains_more(*end)) {
        if (!bad_since_) bad_since_ = Clock::now();
        status_ = end->signal != 0 ? cli::kExitFailure : end->exit_status;
        problem_ =
            concatenate("process ", rank, " (pid ", processes_[rank].id(), "): ", end->text());
        signal_ = end->signal;
      }
    }
    return any;
  }

  // The first bad end does; but who survives a killed process can end before that is looked at.
  bool explains_more(const cli::ProcessEnd& end) const {
    if (!bad_since_) return end.signal != 0 || end.exit_status != 0;
    return end.signal != 0 && signal_ == 0 && !killed_;
  }

  std::vector<cli::ChildProcess> processes_;
  std::optional<Clock::time_point> bad_since_;
  int status_ = 0;
  int signal_ = 0;       // That ended the process of problem_.
  bool killed_ = false;  // The others, by this.
  std::string problem_;
};

}  // namespace

int launch(const LaunchPlan& plan, const std::atomic<bool>& stop) {
  std::vector<std::string> words = plan.words;
  for (int64_t restart = 0;; ++restart) {
    Attempt attempt(words, plan.processes);
    attempt.wait(stop);
    const int status = attempt.status();
    if (status == 0 || status == cli::kExitUsage || stop || restart == plan.max_restarts) {
      return status;
    }
    words = plan.words_again();
    plan.notice(
        concatenate(attempt.problem(), "; restart ", restart + 1, " of ", plan.max_restarts));
  }
}

void stop_with_launcher() {
  const char* launcher = std::getenv(kLauncher);
  if (launcher == nullptr) return;
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (std::to_string(::getppid()) != launcher) ::raise(SIGTERM);  // It died before this.
}

}  // namespace nmt::distributed

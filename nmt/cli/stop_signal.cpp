#include "nmt/cli/stop_signal.h"

#include <csignal>

namespace nmt::cli {
namespace {

// A signal handler can reach nothing but static storage.
std::atomic<bool> stop_requested = false;
static_assert(std::atomic<bool>::is_always_lock_free);

void request_stop(int) {
  stop_requested = true;
}

void request_stop_once(int signal) {
  stop_requested = true;
  std::signal(signal, SIG_DFL);
}

void catch_unless_ignored(int signal) {
  if (std::signal(signal, request_stop) == SIG_IGN) std::signal(signal, SIG_IGN);
}

}  // namespace

const std::atomic<bool>& catch_stop_signals() {
  for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, request_stop_once);
  for (const int signal : {SIGHUP, SIGPIPE, SIGUSR1}) catch_unless_ignored(signal);
  return stop_requested;
}

}  // namespace nmt::cli

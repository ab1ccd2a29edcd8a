// Watch: notices within a second or two that another process of the group has gone, whatever this
// one is doing, and says which.
//
// A thread of its own and a connection of its own to process 0, which hears of everything and tells
// the others. A process that dies closes its connection; one that hangs falls silent; one whose
// training hangs still beats, but the count of its exchanges stands still.
//
// Lines that travel, each process to process 0 and back:
//
//     hello TOKEN RANK HOST PID    beat EXCHANGES    bye    failed TEXT    stuck    end TEXT

#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "nmt/distributed/line_socket.h"

namespace nmt::distributed {

class Watch {
 public:
  /// Gets the line that says which process has gone, once at the most, from the watch's thread.
  using Report = std::function<void(const std::string& line)>;

  struct Options {
    int64_t rank = 0;
    int64_t size = 1;
    std::string token;  ///< The same in all; who does not know it is not listened to.
    /// How long a process may be silent.
    std::chrono::milliseconds timeout = std::chrono::minutes(10);
    Report report;
  };

  /// Process 0: begins to listen at `address` (of this machine), on any port.
  Watch(Options options, const std::string& address);

  /// Any other process: connects to process 0, which listens at `address` and `port`. Throws
  /// InputError if it cannot.
  Watch(Options options, const std::string& address, int64_t port);

  /// Says good-bye, unless fail() was called.
  ~Watch();

  int64_t port() const { return port_; }

  /// To be called before each exchange: where they stand shows who holds the others up.
  void count_exchange() { ++exchanges_; }

  /// This process ends because of `error`; the others are told, and hear nothing else from it.
  void fail(const std::string& error);

  /// An exchange has failed or taken too long: waits until the watch knows which process is to
  /// blame and has reported it, 2 s at most. Returns its line; none if it knows of nothing.
  std::optional<std::string> blame();

  /// The line that was reported; none if nothing was.
  std::optional<std::string> verdict();

 private:
  using Clock = std::chrono::steady_clock;

  struct Peer {
    LineSocket socket;
    int64_t rank = -1;  // −1: it has not said hello.
    std::string name;   // "process 3 (host, pid 1234)"
    int64_t exchanges = 0;
    Clock::time_point heard;
    bool gone = false;
  };

  void start();
  void loop();
  void wait_for_something();
  void accept_one();
  void read(Peer& peer);
  void take(Peer& peer, const std::string& line);
  void greet(Peer& peer, const std::string& words);
  void check_silence();
  void judge_if_stuck();
  void beat();
  void tell(const std::string& line);
  void conclude(const std::string& text);
  std::string hello() const;

  Options options_;
  std::string self_;
  int64_t port_ = 0;
  text::Descriptor listener_;
  text::Descriptor wake_read_, wake_write_;
  std::vector<std::unique_ptr<Peer>> peers_;
  std::atomic<int64_t> exchanges_ = 0;
  std::atomic<bool> stuck_ = false;
  std::optional<Clock::time_point> judge_at_;
  Clock::time_point next_beat_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<std::string> last_words_;  // Under mutex_: to send before the thread ends.
  bool ends_ = false;                      // Under mutex_.
  std::optional<std::string> verdict_;     // Under mutex_.
  std::thread thread_;
};

}  // namespace nmt::distributed

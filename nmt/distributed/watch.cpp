#include "nmt/distributed/watch.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <utility>

#include "data/text/error.h"

namespace nmt::distributed {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kBeat{500};
// What a process that has died leaves behind reaches process 0 within this time.
constexpr milliseconds kLastNews{300};
constexpr milliseconds kLongestWait{2000};

std::string host_name() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

std::string name_of(int64_t rank, const std::string& host, const std::string& pid) {
  return concatenate("process ", rank, " (", host, ", pid ", pid, ")");
}

std::string one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return text;
}

// Cuts the first word off `text` and returns it.
std::string take_word(std::string& text) {
  const size_t end = text.find(' ');
  const std::string word = text.substr(0, end);
  text.erase(0, end == std::string::npos ? end : end + 1);
  return word;
}

}  // namespace

Watch::Watch(Options options, const std::string& address)
    : options_(std::move(options)), listener_(listen_at(address, port_)) {
  start();
}

Watch::Watch(Options options, const std::string& address, int64_t port)
    : options_(std::move(options)), port_(port) {
  auto peer = std::make_unique<Peer>();
  peer->socket = LineSocket(connect_to(address, port, options_.timeout));
  peer->rank = 0;
  peer->name = concatenate("process 0 (", address, ")");
  peer->heard = Clock::now();
  peer->socket.send(hello());
  peers_.push_back(std::move(peer));
  start();
}

Watch::~Watch() {
  {
    const std::lock_guard lock(mutex_);
    if (!last_words_) last_words_ = "bye";
    ends_ = true;
  }
  [[maybe_unused]] const ssize_t written = ::write(wake_write_.get(), "x", 1);
  thread_.join();
}

void Watch::start() {
  self_ = name_of(options_.rank, host_name(), std::to_string(::getpid()));
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) throw InputError("no pipe to be had");
  wake_read_ = text::Descriptor(ends[0]);
  wake_write_ = text::Descriptor(ends[1]);
  next_beat_ = Clock::now() + kBeat;
  thread_ = std::thread([this] { loop(); });
}

std::string Watch::hello() const {
  return concatenate("hello ", options_.token, " ", options_.rank, " ", host_name(), " ",
                     ::getpid());
}

void Watch::fail(const std::string& error) {
  {
    const std::lock_guard lock(mutex_);
    last_words_ = "failed " + one_line(error);
    ends_ = true;
  }
  [[maybe_unused]] const ssize_t written = ::write(wake_write_.get(), "x", 1);
}

std::optional<std::string> Watch::blame() {
  stuck_ = true;
  [[maybe_unused]] const ssize_t written = ::write(wake_write_.get(), "x", 1);
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kLongestWait, [this] { return verdict_.has_value(); });
  return verdict_;
}

std::optional<std::string> Watch::verdict() {
  const std::lock_guard lock(mutex_);
  return verdict_;
}

void Watch::loop() {
  while (true) {
    wait_for_something();
    if (listener_) accept_one();
    for (size_t i = 0; i < peers_.size(); ++i) read(*peers_[i]);
    {
      const std::lock_guard lock(mutex_);
      if (ends_) break;
      if (verdict_) continue;  // Nothing more to find out; the process ends, or its owner does.
    }
    check_silence();
    judge_if_stuck();
    if (Clock::now() >= next_beat_) beat();
  }
  const std::lock_guard lock(mutex_);
  // Process 0 speaks for itself: what it says is for all the others, and final.
  const bool failed = *last_words_ != "bye";
  if (!verdict_) {
    tell(failed && options_.rank == 0
             ? concatenate("end ", self_, " has failed: ", last_words_->substr(7))
             : *last_words_);
  }
}

void Watch::wait_for_something() {
  std::vector<pollfd> waiting = {{.fd = wake_read_.get(), .events = POLLIN, .revents = 0}};
  if (listener_ && !verdict_)
    waiting.push_back({.fd = listener_.get(), .events = POLLIN, .revents = 0});
  for (const auto& peer : peers_) {
    if (peer->gone || verdict_) continue;
    waiting.push_back({.fd = peer->socket.descriptor(), .events = POLLIN, .revents = 0});
  }
  ::poll(waiting.data(), waiting.size(), 100);
  std::array<char, 64> ignored{};
  while (::read(wake_read_.get(), ignored.data(), ignored.size()) > 0) {
  }
}

void Watch::accept_one() {
  text::Descriptor socket = accept_from(listener_);
  if (!socket) return;
  auto peer = std::make_unique<Peer>();
  peer->socket = LineSocket(std::move(socket));
  peer->heard = Clock::now();
  peers_.push_back(std::move(peer));
}

void Watch::read(Peer& peer) {
  if (peer.gone) return;
  std::vector<std::string> lines;
  const bool open = peer.socket.read(lines);
  if (!lines.empty()) peer.heard = Clock::now();
  for (const std::string& line : lines) take(peer, line);
  if (open || peer.gone) return;
  peer.gone = true;
  if (peer.rank >= 0) conclude(concatenate(peer.name, " has gone"));
}

void Watch::take(Peer& peer, const std::string& line) {
  std::string words = line;
  const std::string kind = take_word(words);
  if (kind == "hello") {
    greet(peer, words);
  } else if (peer.rank < 0) {
    peer.gone = true;  // No member of this group.
  } else if (kind == "beat") {
    peer.exchanges = std::atoll(words.c_str());
  } else if (kind == "bye") {
    peer.gone = true;
  } else if (kind == "failed") {
    peer.gone = true;
    conclude(concatenate(peer.name, " has failed: ", words));
  } else if (kind == "stuck") {
    stuck_ = true;
  } else if (kind == "end") {
    conclude(words);
  }
}

void Watch::greet(Peer& peer, const std::string& words) {
  std::string rest = words;
  if (take_word(rest) != options_.token) {
    peer.gone = true;
    return;
  }
  peer.rank = std::atoll(take_word(rest).c_str());
  const std::string host = take_word(rest);
  peer.name = name_of(peer.rank, host, rest);
  if (options_.rank == 0) peer.socket.send(hello());
}

void Watch::check_silence() {
  for (const auto& peer : peers_) {
    if (peer->gone || peer->rank < 0 || Clock::now() - peer->heard < options_.timeout) continue;
    conclude(concatenate(peer->name, " has not answered for ",
                         std::chrono::duration<double>(options_.timeout).count(), " s"));
  }
}

// Process 0 knows how far everybody is. It waits a little first: news of a death is more precise.
void Watch::judge_if_stuck() {
  if (!stuck_) return;
  if (options_.rank != 0) {
    if (stuck_.exchange(false)) tell("stuck");
    return;
  }
  if (!judge_at_) judge_at_ = Clock::now() + kLastNews + kBeat;
  if (Clock::now() < *judge_at_) return;
  std::string slowest = self_;
  int64_t exchanges = exchanges_;
  for (const auto& peer : peers_) {
    if (peer->gone || peer->rank < 0 || peer->exchanges >= exchanges) continue;
    slowest = peer->name;
    exchanges = peer->exchanges;
  }
  conclude(concatenate("the exchange with the other processes failed; ", slowest,
                       " is the last to come to it"));
}

void Watch::beat() {
  next_beat_ = Clock::now() + kBeat;
  tell(concatenate("beat ", exchanges_.load()));
}

void Watch::tell(const std::string& line) {
  for (const auto& peer : peers_) {
    if (!peer->gone && peer->rank >= 0) peer->socket.send(line);
  }
}

void Watch::conclude(const std::string& text) {
  {
    const std::lock_guard lock(mutex_);
    if (verdict_ || ends_) return;
    verdict_ = text;
  }
  if (options_.rank == 0) tell("end " + text);
  if (options_.report) options_.report(text);
  changed_.notify_all();
}

}  // namespace nmt::distributed

#include "nmt/tensorboard/event_file.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <string>
#include <utility>

#include "data/text/error.h"
#include "nmt/tensorboard/record_frame.h"

namespace nmt::tensorboard {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kNameStart = "events.out.tfevents.";
constexpr std::string_view kVersion = "brain.Event:2";

// Field numbers, named after message and field.
constexpr int kEventWallTime = 1;
constexpr int kEventStep = 2;
constexpr int kEventFileVersion = 3;
constexpr int kEventSummary = 5;
constexpr int kEventSessionLog = 7;
constexpr int kSessionLogStatus = 1;

// Value of an enumeration.
constexpr int kSessionStart = 1;

std::string host_name() {
  char name[256] = "";
  if (::gethostname(name, sizeof name - 1) != 0 || name[0] == '\0') return "localhost";
  return name;
}

// The time in the name of an event file; 0 if it is none.
int64_t time_in_name(const std::string& name) {
  int64_t time = 0;
  if (name.starts_with(kNameStart)) {
    std::from_chars(name.data() + kNameStart.size(), name.data() + name.size(), time);
  }
  return time;
}

fs::path new_file_in(const fs::path& folder, double now) {
  std::error_code error;
  fs::create_directories(folder, error);
  int64_t time = static_cast<int64_t>(now);
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    time = std::max(time, time_in_name(it->path().filename().string()) + 1);
  }
  if (error) throw InputError("cannot write in ", folder.string(), ": ", error.message());
  char digits[24];
  std::snprintf(digits, sizeof digits, "%010lld.", static_cast<long long>(time));
  return folder / (std::string(kNameStart) + digits + host_name());
}

}  // namespace

double unix_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

EventFile::EventFile(const fs::path& folder, std::function<double()> clock)
    : clock_(std::move(clock)), file_(new_file_in(folder, clock_())) {
  ProtobufMessage event = event_now();
  event.add_bytes(kEventFileVersion, kVersion);
  append(event);
}

void EventFile::start_session(int64_t step) {
  ProtobufMessage session, event = event_now();
  session.add_integer(kSessionLogStatus, kSessionStart);
  event.add_integer(kEventStep, step);
  event.add_message(kEventSessionLog, session);
  append(event);
}

void EventFile::write(int64_t step, const Summary& summary) {
  if (summary.empty()) return;
  ProtobufMessage event = event_now();
  event.add_integer(kEventStep, step);
  event.add_message(kEventSummary, summary.message());
  append(event);
}

ProtobufMessage EventFile::event_now() const {
  ProtobufMessage event;
  event.add_double(kEventWallTime, clock_());
  return event;
}

void EventFile::append(const ProtobufMessage& event) {
  file_.append(framed(event.bytes()));
}

}  // namespace nmt::tensorboard

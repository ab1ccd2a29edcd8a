#include "nmt/tensorboard/event_file.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <string>
#include <utility>

#include "data/text/error.h"
#include "data/text/utf8.h"
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
constexpr int kSummaryValue = 1;
constexpr int kValueTag = 1;
constexpr int kValueSimpleValue = 2;
constexpr int kValueTensor = 8;
constexpr int kValueMetadata = 9;
constexpr int kMetadataPluginData = 1;
constexpr int kMetadataDataClass = 4;
constexpr int kPluginDataPluginName = 1;
constexpr int kTensorDtype = 1;
constexpr int kTensorTensorShape = 2;
constexpr int kTensorStringVal = 8;
constexpr int kShapeDim = 2;
constexpr int kDimSize = 1;

// Values of enumerations.
constexpr int kSessionStart = 1;
constexpr int kDataClassTensor = 2;
constexpr int kDtString = 7;

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

ProtobufMessage vector_of_one_string(std::string_view text) {
  ProtobufMessage dim, shape, tensor;
  dim.add_integer(kDimSize, 1);
  shape.add_message(kShapeDim, dim);
  tensor.add_integer(kTensorDtype, kDtString);
  tensor.add_message(kTensorTensorShape, shape);
  tensor.add_bytes(kTensorStringVal, text);
  return tensor;
}

ProtobufMessage text_metadata() {
  ProtobufMessage plugin, metadata;
  plugin.add_bytes(kPluginDataPluginName, "text");
  metadata.add_message(kMetadataPluginData, plugin);
  metadata.add_integer(kMetadataDataClass, kDataClassTensor);
  return metadata;
}

}  // namespace

void Summary::add_scalar(std::string_view tag, double value) {
  ProtobufMessage point;
  point.add_bytes(kValueTag, tag);
  point.add_float(kValueSimpleValue, static_cast<float>(value));
  message_.add_message(kSummaryValue, point);
}

void Summary::add_text(std::string_view tag, std::string_view text) {
  ProtobufMessage value;
  value.add_bytes(kValueTag, tag);
  value.add_message(kValueTensor, vector_of_one_string(text::replace_invalid_utf8(text)));
  value.add_message(kValueMetadata, text_metadata());
  message_.add_message(kSummaryValue, value);
}

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

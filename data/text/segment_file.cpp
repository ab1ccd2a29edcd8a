#include "data/text/segment_file.h"

#include <poll.h>
#include <unistd.h>

#include <utility>

#include "data/text/error.h"

namespace nmt::text {
namespace {

constexpr size_t kBufferSize = size_t{1} << 18;

}  // namespace

SegmentReader::SegmentReader(const std::string& path)
    : standard_input_(path == "-"),
      name_(standard_input_ ? "standard input" : path),
      source_(open_bytes(path)),
      buffer_(kBufferSize) {}

SegmentReader::SegmentReader(std::string name, std::unique_ptr<ByteSource> source)
    : standard_input_(false),
      name_(std::move(name)),
      source_(std::move(source)),
      buffer_(kBufferSize) {}

bool SegmentReader::fill() {
  if (unread_.empty()) {
    unread_ = {buffer_.data(), source_->read(buffer_.data(), buffer_.size())};
  }
  return !unread_.empty();
}

bool SegmentReader::next(std::string& segment) {
  segment.clear();
  if (!fill()) return false;
  ++line_number_;
  do {
    const size_t end = unread_.find('\n');
    if (end != std::string_view::npos) {
      segment.append(unread_.substr(0, end));
      unread_.remove_prefix(end + 1);
      return true;
    }
    segment.append(std::exchange(unread_, {}));
  } while (fill());
  return true;
}

bool SegmentReader::would_wait() const {
  if (!standard_input_ || unread_.find('\n') != std::string_view::npos) return false;
  pollfd descriptor{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  return ::poll(&descriptor, 1, /*timeout=*/0) == 0;
}

std::string SegmentReader::position() const {
  return concatenate(name_, ":", line_number_);
}

std::vector<std::string> read_segments(const std::string& path) {
  SegmentReader reader(path);
  std::vector<std::string> segments;
  for (std::string segment; reader.next(segment);) segments.push_back(segment);
  return segments;
}

}  // namespace nmt::text

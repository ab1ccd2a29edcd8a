#include "data/text/segment_file.h"

#include <utility>

#include "data/text/error.h"

namespace nmt::text {
namespace {

constexpr size_t kBufferSize = size_t{1} << 18;

}  // namespace

SegmentReader::SegmentReader(const std::string& path)
    : SegmentReader(input_name(path), open_text(path)) {}

SegmentReader::SegmentReader(std::string name, std::unique_ptr<ByteSource> source)
    : name_(std::move(name)), source_(std::move(source)), buffer_(kBufferSize) {}

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
    ended_ = end != std::string_view::npos;
    if (ended_) {
      segment.append(unread_.substr(0, end));
      unread_.remove_prefix(end + 1);
      return true;
    }
    segment.append(std::exchange(unread_, {}));
  } while (fill());
  return true;
}

bool SegmentReader::would_wait() {
  return unread_.find('\n') == std::string_view::npos && source_->would_wait();
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

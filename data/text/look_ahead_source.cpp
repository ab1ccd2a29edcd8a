#include "data/text/look_ahead_source.h"

#include <utility>

namespace nmt::text {

LookAheadSource::LookAheadSource(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}

bool LookAheadSource::look_further() {
  char byte = 0;
  if (source_->read(&byte, 1) == 0) return false;
  seen_ += byte;
  return true;
}

bool LookAheadSource::next_are(std::string_view mark) {
  while (seen_.size() < mark.size() && mark.starts_with(seen_)) {
    if (!look_further()) return false;
  }
  return seen_.starts_with(mark);
}

bool LookAheadSource::next_are_of(std::string_view mark) {
  return next_are(mark) || mark.starts_with(seen_);
}

bool LookAheadSource::at_end() {
  return seen_.empty() && !look_further();
}

size_t LookAheadSource::read(char* buffer, size_t size) {
  if (seen_.empty()) return source_->read(buffer, size);
  const size_t count = seen_.copy(buffer, size);
  seen_.erase(0, count);
  return count;
}

bool LookAheadSource::would_wait() {
  return seen_.empty() && source_->would_wait();
}

}  // namespace nmt::text

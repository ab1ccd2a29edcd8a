#include "data/text/gzip_source.h"

#include <algorithm>
#include <utility>

#include "data/text/error.h"

namespace nmt::text {
namespace {

constexpr size_t kBufferSize = size_t{1} << 18;
constexpr int kGzipOnly = 16 + MAX_WBITS;  // zlib's code for a gzip header.

}  // namespace

GzipSource::GzipSource(std::unique_ptr<ByteSource> packed, std::string name)
    : packed_(std::move(packed)),
      name_(std::move(name)),
      input_(kBufferSize),
      output_(kBufferSize) {
  if (inflateInit2(&stream_, kGzipOnly) != Z_OK) {
    throw InputError(name_, ": not enough memory to unpack it");
  }
}

GzipSource::~GzipSource() {
  inflateEnd(&stream_);
}

size_t GzipSource::read(char* buffer, size_t size) {
  while (unread_.empty() && !ended_) unpack();
  const size_t count = unread_.copy(buffer, size);
  unread_.remove_prefix(count);
  return count;
}

// Packed bytes that are there may hold no text, so that only unpacking them tells.
bool GzipSource::would_wait() {
  while (unread_.empty() && !ended_) {
    if (needs_input() && packed_->would_wait()) return true;
    unpack();
  }
  return false;
}

// One step: some text, or the end, or neither.
void GzipSource::unpack() {
  if (needs_input()) refill();
  if (ended_) return;
  if (!within_member_) return end_member();
  stream_.next_out = reinterpret_cast<Bytef*>(output_.data());
  stream_.avail_out = static_cast<uInt>(output_.size());
  const int status = inflate(&stream_, Z_NO_FLUSH);
  if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) {
    throw InputError(name_,
                     ": cannot unpack: ", stream_.msg != nullptr ? stream_.msg : zError(status));
  }
  unread_ = {output_.data(), output_.size() - stream_.avail_out};
  within_member_ = status != Z_STREAM_END;
  output_was_full_ = stream_.avail_out == 0;
}

// zlib may hold back what had no room in the output.
bool GzipSource::needs_input() const {
  return stream_.avail_in == 0 && !(within_member_ && output_was_full_);
}

void GzipSource::refill() {
  stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
  stream_.avail_in = static_cast<uInt>(packed_->read(input_.data(), input_.size()));
  if (stream_.avail_in > 0) return;
  if (within_member_) {
    throw InputError(name_, ": the gzip file is cut short; fetch or pack it again");
  }
  ended_ = true;
}

// Behind a member: zero bytes, which tapes and disks append, or the next one.
void GzipSource::end_member() {
  const Bytef* end = stream_.next_in + stream_.avail_in;
  const Bytef* next = std::find_if(stream_.next_in, stream_.next_in + stream_.avail_in,
                                   [](Bytef byte) { return byte != 0; });
  stream_.avail_in = static_cast<uInt>(end - next);
  stream_.next_in = const_cast<Bytef*>(next);
  if (next == end) return;
  if (*next != static_cast<Bytef>(kGzipMark[0])) {
    throw InputError(name_, ": goes on behind its gzip part with bytes that are not gzip");
  }
  inflateReset(&stream_);
  within_member_ = true;
}

}  // namespace nmt::text

// Segment files: one segment a line, plain or gzip, from a file or a pipe, UTF-8 by convention;
// whether the bytes are UTF-8 is the caller's question (utf8.h).
//
// Lines end at LF alone: CR and every other Unicode line separator are part of the segment. A
// missing last LF adds no segment, and an empty file has none.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/text/byte_source.h"

namespace nmt::text {

/// Reads segments in order and knows where it is, for messages.
///
///     SegmentReader reader(path);
///     for (std::string segment; reader.next(segment);) use(segment, reader.line_number());
class SegmentReader {
 public:
  /// Opens `path` as open_text() does. Throws InputError if it cannot be read.
  explicit SegmentReader(const std::string& path);

  /// Reads from `source`, which messages call `name`.
  SegmentReader(std::string name, std::unique_ptr<ByteSource> source);

  /// Puts the next segment, without its LF, into `segment`; false at the end.
  /// Throws InputError if reading fails or a gzip file is damaged or cut short.
  bool next(std::string& segment);

  /// Whether next() would wait for more of a pipe: nobody has written it yet, or typed it. Always
  /// false for files.
  bool would_wait();

  /// Whether the last segment had its LF: only that of the last line may lack it.
  bool ended() const { return ended_; }

  /// Line of the last segment, from 1; 0 before the first.
  int64_t line_number() const { return line_number_; }

  /// As in messages: the path, or "standard input".
  const std::string& name() const { return name_; }

  /// "name:line" of the last segment, for messages.
  std::string position() const;

 private:
  bool fill();

  std::string name_;
  std::unique_ptr<ByteSource> source_;
  std::vector<char> buffer_;
  std::string_view unread_;  // Into buffer_.
  int64_t line_number_ = 0;
  bool ended_ = true;
};

/// Every segment of `path`. Throws InputError as SegmentReader does.
std::vector<std::string> read_segments(const std::string& path);

}  // namespace nmt::text

// PairReader: aligned sentence pairs out of two segment files, line i beside line i.

#pragma once

#include <cstdint>
#include <string>

#include "data/text/segment_file.h"
#include "data/text/utf8.h"

namespace nmt::data {

struct SentencePair {
  std::string source;
  std::string target;
};

class PairReader {
 public:
  /// Opens both files, plain or gzip. Throws InputError if one cannot be read.
  PairReader(const std::string& source_path, const std::string& target_path,
             text::InvalidUtf8 rule);

  /// Puts the next pair into `pair`, a CR at a segment's end removed; false at the end.
  /// Throws InputError if reading fails, if one file ends before the other (both counts are named),
  /// or, under kFail, at invalid UTF-8 (file, line and byte are named; both count from 1).
  bool next(SentencePair& pair);

  /// Line of the last pair, from 1; the same in both files.
  int64_t line_number() const { return source_.line_number(); }

 private:
  bool read_lines(SentencePair& pair);

  text::SegmentReader source_;
  text::SegmentReader target_;
  text::InvalidUtf8 rule_;
};

}  // namespace nmt::data

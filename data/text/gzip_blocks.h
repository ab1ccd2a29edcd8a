// Gzip blocks: a gzip file that grows, piece by piece, and is read from either end.
//
//     block = one gzip member (RFC 1952), whose extra field "NB" holds the member's size in bytes
//
// Any gzip reader reads the file as one text. Who knows of the blocks skips them without unpacking,
// finds the last ones from the end, and tells a block that a kill has torn from a damaged one: it
// is the last. The form is that of BGZF (SAM/BAM specification, section 4.1), whose blocks hold at
// most 64 KiB.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/text/byte_source.h"

namespace nmt::text {

/// The first bytes of every block; its size follows, four bytes, the lowest first.
inline constexpr std::string_view kGzipBlockMark{"\x1F\x8B\x08\x04\0\0\0\0\0\xFF\x08\0NB\x04\0",
                                                 16};

/// `text` as a block. Throws InputError if there is not enough memory, or if the block would exceed
/// 4 GiB.
std::string gzip_block(std::string_view text);

/// The texts of the blocks in `bytes`, a part of a file of them: of those that are whole and begin
/// and end there.
std::vector<std::string> whole_blocks(std::string_view bytes);

/// Reads a file of blocks from its beginning, one at a time.
class GzipBlockReader {
 public:
  /// Reads `packed`, which messages call `name`.
  GzipBlockReader(std::unique_ptr<ByteSource> packed, std::string name);

  /// The text of the next block; none at the end, where a torn block counts as the end. Throws
  /// InputError if reading fails, or at a damaged block that is not the last.
  std::optional<std::string> next();

  /// Where the last block that next() gave ends in the file, in bytes; 0 before the first.
  int64_t end() const { return end_; }

  /// Whether next() would wait for somebody to write to a pipe.
  bool would_wait() { return packed_->would_wait(); }

 private:
  std::string take(size_t size);
  bool at_end();

  std::unique_ptr<ByteSource> packed_;
  std::string name_;
  int64_t end_ = 0;
};

/// The text of a file of blocks, without a torn last one.
class GzipBlockSource : public ByteSource {
 public:
  /// Unpacks `packed`, which messages call `name`.
  GzipBlockSource(std::unique_ptr<ByteSource> packed, std::string name)
      : blocks_(std::move(packed), std::move(name)) {}

  /// As ByteSource. Throws InputError as GzipBlockReader::next() does.
  size_t read(char* buffer, size_t size) override;
  bool would_wait() override { return unread_.empty() && blocks_.would_wait(); }

 private:
  GzipBlockReader blocks_;
  std::string block_;
  std::string_view unread_;  // Into block_.
};

}  // namespace nmt::text

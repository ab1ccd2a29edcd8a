// GzipSource: what is packed in a gzip file (RFC 1952), one or many members.

#pragma once

#include <zlib.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/text/byte_source.h"

namespace nmt::text {

/// The first bytes of every gzip member.
inline constexpr std::string_view kGzipMark = "\x1F\x8B";

class GzipSource : public ByteSource {
 public:
  /// Unpacks `packed`, which messages call `name`.
  GzipSource(std::unique_ptr<ByteSource> packed, std::string name);
  ~GzipSource() override;
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;

  /// As ByteSource. Throws InputError if the file is cut short, is damaged, or goes on behind a
  /// member with anything but another member or zero bytes.
  size_t read(char* buffer, size_t size) override;
  bool would_wait() override;

 private:
  void unpack();
  bool needs_input() const;
  void refill();
  void end_member();

  std::unique_ptr<ByteSource> packed_;
  std::string name_;
  z_stream stream_ = {};
  std::vector<char> input_, output_;
  std::string_view unread_;  // Into output_.
  bool within_member_ = true;
  bool output_was_full_ = false;
  bool ended_ = false;
};

}  // namespace nmt::text

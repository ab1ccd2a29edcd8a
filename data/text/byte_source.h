// ByteSource: the bytes of a file, a pipe or standard input, unpacked if they are gzip. What a path
// leads to decides, not its name: gzip is known by its first two bytes, 1F 8B.

#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace nmt::text {

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  /// Reads up to `size` bytes (at least 1) into `buffer`; returns how many, 0 at the end and only
  /// there. Returns what is there without waiting for more. Throws InputError, naming the file, if
  /// reading fails.
  virtual size_t read(char* buffer, size_t size) = 0;

  /// Whether read() would wait: somebody has yet to write to a pipe, or to type. False for files,
  /// and at the end.
  virtual bool would_wait() { return false; }
};

/// The bytes of `path` as they lie there; "-" is standard input. Throws InputError if there is no
/// such file, it is a folder, or it cannot be opened.
std::unique_ptr<ByteSource> open_packed(const std::string& path);

/// The bytes of `path`, unpacked if they are gzip, one or many members; of a file of blocks
/// (gzip_blocks.h), whose last one may be torn, those that are whole. Throws InputError as
/// open_packed(); its read() also if a gzip file is damaged or cut short, or if a name that ends in
/// .gz leads to anything else.
std::unique_ptr<ByteSource> open_bytes(const std::string& path);

/// As open_bytes(), without the UTF-8 byte order mark that a text may start with.
std::unique_ptr<ByteSource> open_text(const std::string& path);

/// Everything that `source` still has. Throws what reading throws.
std::string read_all(ByteSource& source);

/// The bytes of `path`, opened as open_bytes() does. Throws InputError if it cannot be read.
std::string read_file(const std::string& path);

/// The text of `path`, which a person may have written: as read_file(), without a byte order mark.
std::string read_text(const std::string& path);

/// How messages call `path`: "standard input" for "-".
std::string input_name(const std::string& path);

}  // namespace nmt::text

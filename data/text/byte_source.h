// ByteSource: the bytes of a file, unpacked if it is gzip.

#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace nmt::text {

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  /// Reads up to `size` bytes into `buffer`; returns how many, 0 at the end and only there.
  /// Throws InputError, naming the file, if reading fails.
  virtual size_t read(char* buffer, size_t size) = 0;
};

/// Opens `path`: "-" is standard input; a name that ends in .gz is gzip, one or many members.
/// Throws InputError if there is no such file, it is a folder, it cannot be read, or it is not gzip
/// although its name says so.
std::unique_ptr<ByteSource> open_bytes(const std::string& path);

/// Everything that `source` still has. Throws what reading throws.
std::string read_all(ByteSource& source);

}  // namespace nmt::text

// A file that is on the disk when close() returns, and errors that say what to do about them.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "data/text/descriptor.h"

namespace nmt::text {

/// A new file, written front to back. An existing one is emptied. Without close(), after an error,
/// it is closed and not durable.
class DurableFile {
 public:
  /// Throws InputError if `path` cannot be created.
  explicit DurableFile(const std::string& path);

  /// Appends. Throws InputError with the remedy (disk full, quota, size limit, I/O error).
  void write(const void* bytes, size_t count);
  void write(std::string_view bytes) { write(bytes.data(), bytes.size()); }

  /// Flushes to the disk and closes. Throws InputError: some file systems tell of a full disk only
  /// here.
  void close();

 private:
  std::string path_;
  Descriptor descriptor_;
};

/// Writes a whole file and makes it durable.
void write_durably(const std::string& path, std::string_view bytes);

/// Copies the bytes of `from`, a file or a stream, to the file `to` and makes it durable. Returns
/// how many there are. Throws InputError.
int64_t copy_durably(const std::string& from, const std::string& to);

/// Gives the file `from` the second name `to`, which must not exist; where it cannot have one,
/// `to` becomes a durable copy. Throws InputError.
void link_or_copy(const std::string& from, const std::string& to);

/// InputError "<path>: <what>: <system's reason>; <remedy>" for the system error `code` (an errno).
[[noreturn]] void throw_file_error(const std::string& path, const std::string& what, int code);

}  // namespace nmt::text

// A file that is on the disk when close() returns, and errors that say what to do about them.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "data/text/descriptor.h"

namespace nmt::checkpoint {

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
  text::Descriptor descriptor_;
};

/// Writes a whole file and makes it durable.
void write_durably(const std::string& path, std::string_view bytes);

/// Copies the file `from` to `to`, which must not exist, and makes it durable. Throws InputError.
void copy_durably(const std::string& from, const std::string& to);

/// Makes the names in `folder` durable: after files were created, renamed or removed in it. File
/// systems that cannot do this are left as they are; throws InputError if the disk reports an
/// error.
void sync_folder(const std::string& folder);

/// InputError "<path>: <what>: <system's reason>; <remedy>" for the system error `code` (an errno).
[[noreturn]] void throw_file_error(const std::string& path, const std::string& what, int code);

}  // namespace nmt::checkpoint

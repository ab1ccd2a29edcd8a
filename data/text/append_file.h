// AppendFile: a file that grows piece by piece and outlives a kill: a log, a file of records.
//
// A piece is handed to the operating system whole, as soon as it is given: a kill leaves at most
// the last one torn.

#pragma once

#include <filesystem>
#include <string_view>

#include "data/text/descriptor.h"

namespace nmt::text {

class AppendFile {
 public:
  /// Opens `path` for appending, creating it if it is missing. Throws InputError if it cannot.
  explicit AppendFile(const std::filesystem::path& path);

  /// Appends `bytes`. Throws InputError if they cannot be written whole (disk full); what the file
  /// held before then stays as it was.
  void append(std::string_view bytes);

  /// Waits until everything is on the disk. Throws InputError on failure.
  void sync();

  /// Whether the file holds nothing, neither from now nor from an earlier process.
  bool empty() const;

 private:
  std::filesystem::path path_;
  Descriptor file_;
};

}  // namespace nmt::text

// OutputFile: where a program's result goes. A regular file is whole under its name or not there;
// everything else is written as it is, never replaced.
//
//     OutputFile output(path);
//     output.write(...);   // as often as wanted
//     output.commit();

#pragma once

#include <string>
#include <string_view>

#include "data/text/descriptor.h"

namespace nmt::text {

class OutputFile {
 public:
  /// "-" is standard output. What `path` leads to through symbolic links is written: a regular
  /// file, or one that does not exist yet, as PATH.partial until commit(); anything else (a pipe, a
  /// device, /dev/stdout) directly. Throws InputError if it cannot be opened, or is a folder.
  explicit OutputFile(const std::string& path);

  /// Removes PATH.partial unless commit() was called: the file stays what it was.
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  /// Hands `bytes` to the system at once. Throws InputError if it does not take them all (disk
  /// full).
  void write(std::string_view bytes);

  /// Waits until everything is on the disk and gives the file its name, with the permissions of
  /// the one that it replaces. Throws InputError if that fails.
  void commit();

 private:
  void open_partial(const std::string& path);
  void check(int error, const char* what) const;

  std::string name_;     // In messages.
  std::string target_;   // What commit() replaces.
  std::string partial_;  // Empty when written directly, and after commit().
  Descriptor descriptor_;
};

/// Whether `path` leads to standard output: "-", or a name of it as /dev/stdout.
bool is_standard_output(const std::string& path);

/// Writes all of a file: OutputFile, write() and commit().
void write_file(const std::string& path, std::string_view bytes);

}  // namespace nmt::text

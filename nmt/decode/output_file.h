// OutputFile: where a program's result goes, so that a file under its final name is always whole.
//
//     OutputFile output(path);
//     output.stream() << ...;
//     output.flush();   // as often as wanted
//     output.commit();

#pragma once

#include <fstream>
#include <ostream>
#include <string>

namespace nmt::decode {

class OutputFile {
 public:
  /// `path` "-" writes to `standard_output`. A regular file, or one that does not exist yet, is
  /// written as PATH.partial until commit(); anything else (a pipe, /dev/null) is written directly.
  /// Throws InputError if it cannot be opened.
  OutputFile(const std::string& path, std::ostream& standard_output);

  /// Removes PATH.partial unless commit() was called.
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  std::ostream& stream() { return *stream_; }

  /// Hands everything written so far to the system. Throws InputError if that fails (disk full).
  void flush();

  /// flush(), then gives the file its final name. Throws InputError if either fails.
  void commit();

 private:
  std::string path_;
  std::string partial_;  // Empty when written directly, and after commit().
  std::ofstream file_;
  std::ostream* stream_;
};

}  // namespace nmt::decode

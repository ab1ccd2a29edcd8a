// StandardOutput: std::cout that does not forget why the system refused what was written.

#pragma once

#include <streambuf>
#include <string>

namespace nmt::cli {

class StandardOutput : private std::streambuf {
 public:
  /// From here on std::cout writes through this.
  StandardOutput();
  /// Flushes, and gives std::cout back what it wrote through before.
  ~StandardOutput() override;
  StandardOutput(const StandardOutput&) = delete;
  StandardOutput& operator=(const StandardOutput&) = delete;

  /// Hands everything to the system. Returns 0, or the errno of the first write that failed; what
  /// is written after it is lost.
  int flush();

 private:
  int_type overflow(int_type character) override;
  std::streamsize xsputn(const char* bytes, std::streamsize count) override;
  int sync() override;

  std::streambuf* before_;
  std::string waiting_;
  int error_ = 0;
};

}  // namespace nmt::cli

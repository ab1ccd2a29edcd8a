// LookAheadSource: bytes whose beginning can be looked at before they are read.

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "data/text/byte_source.h"

namespace nmt::text {

class LookAheadSource : public ByteSource {
 public:
  explicit LookAheadSource(std::unique_ptr<ByteSource> source);

  /// Whether the next bytes are `mark`. Waits only as long as those that are there do not tell, so
  /// that a pipe is answered after its first line.
  bool next_are(std::string_view mark);

  /// Whether the next bytes are `mark` or, because they end there, its beginning.
  bool next_are_of(std::string_view mark);

  /// Whether there is no byte left; waits for one.
  bool at_end();

  size_t read(char* buffer, size_t size) override;
  bool would_wait() override;

 private:
  bool look_further();

  std::unique_ptr<ByteSource> source_;
  std::string seen_;  // Read from source_ and not from this yet.
};

}  // namespace nmt::text

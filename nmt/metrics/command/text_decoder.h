// TextDecoder: lines of a file in one of a few encodings, as UTF-8.
//
// Lines of files end at LF alone.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nmt::metrics {

class TextDecoder {
 public:
  /// `encoding` as Python spells it: utf-8, utf-8-sig, ascii, latin-1, in any case, with their
  /// common aliases. Throws InputError for any other.
  explicit TextDecoder(std::string_view encoding);

  /// Turns `line` into UTF-8; `first` if it is the first of its file. Returns what is wrong with it
  /// if it is not in the encoding, naming the byte.
  [[nodiscard]] std::optional<std::string> decode(std::string& line, bool first) const;

 private:
  enum class Kind { utf8, utf8_with_mark, ascii, latin1 };

  Kind kind_;
};

/// The lines of `path`, plain or gzip, in UTF-8 and without white space at their ends. Throws
/// InputError, with file and line, if it cannot be read or is not in the encoding.
std::vector<std::string> read_decoded_lines(const std::string& path, const TextDecoder& decoder);

}  // namespace nmt::metrics

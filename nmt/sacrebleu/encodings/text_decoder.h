// TextDecoder: the text of a file in the encoding that --encoding names, as UTF-8.
//
// UTF-8 is read line by line as it is and checked then; all other encodings, in which the end of a
// line may be other bytes, become UTF-8 while they are read.
// Lines of files end at LF alone.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/text/byte_source.h"
#include "nmt/sacrebleu/encodings/encoding_name.h"

namespace nmt::sacrebleu {

class TextDecoder {
 public:
  /// Throws InputError as find_encoding().
  explicit TextDecoder(std::string_view encoding) : encoding_(find_encoding(encoding)) {}

  /// The bytes of `path`, opened as open_bytes() does, for decode(). Throws InputError as
  /// open_bytes(), also later, with path and line, if the text is not in the encoding.
  std::unique_ptr<text::ByteSource> open(const std::string& path) const;

  /// Turns `line`, of an opened file, into UTF-8; `first` if it is the first of its file. Returns
  /// what is wrong with it if it is not in the encoding, naming the byte.
  [[nodiscard]] std::optional<std::string> decode(std::string& line, bool first) const;

 private:
  bool is_decoded_while_read() const {
    return encoding_.kind == EncodingKind::kMarked || encoding_.kind == EncodingKind::kOther;
  }

  Encoding encoding_;
};

/// The lines of `path`, plain or gzip, in UTF-8 and without white space at their ends. Throws
/// InputError, with file and line, if it cannot be read or is not in the encoding.
std::vector<std::string> read_decoded_lines(const std::string& path, const TextDecoder& decoder);

}  // namespace nmt::sacrebleu

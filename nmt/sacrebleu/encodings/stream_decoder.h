// StreamDecoder: bytes in some encoding to UTF-8, piece by piece, as strictly as Python.

#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace nmt::sacrebleu {

class StreamDecoder {
 public:
  virtual ~StreamDecoder() = default;

  /// Appends the characters of `bytes`, which go on where the last ones ended, to `text`; the
  /// beginning of a character is kept until its rest comes. False if the bytes are not in the
  /// encoding: `text` then ends before the first that are not.
  [[nodiscard]] virtual bool decode(std::string_view bytes, std::string& text) = 0;

  /// Ends the text. False if it ends within a character.
  [[nodiscard]] virtual bool finish() = 0;
};

/// A decoder of the encoding in Python's `module` (encoding_name.h); none for UTF-8 in its two
/// forms, ASCII and Latin-1, which need none, and for what is not supported: idna, punycode,
/// undefined and Python's two escapes.
std::unique_ptr<StreamDecoder> make_stream_decoder(std::string_view module);

}  // namespace nmt::sacrebleu

// UnicodeDecoder: UTF-16 and UTF-32, in either byte order. Surrogates that are no pair and numbers
// above U+10FFFF are refused.

#pragma once

#include "nmt/sacrebleu/encodings/stream_decoder.h"

namespace nmt::sacrebleu {

enum class ByteOrder { by_mark, little, big };

class UnicodeDecoder : public StreamDecoder {
 public:
  /// `unit`: 2 or 4 bytes. By mark: the text must start with a byte order mark, which is dropped;
  /// else a mark is a character.
  UnicodeDecoder(int unit, ByteOrder order) : unit_(unit), order_(order) {}

  bool decode(std::string_view bytes, std::string& text) override;
  bool finish() override { return filled_ == 0 && high_surrogate_ == 0; }

 private:
  bool take_unit(std::string& text);
  bool take_code_point(char32_t value, std::string& text);

  int unit_;
  ByteOrder order_;
  int filled_ = 0;  // Bytes of the unfinished unit.
  unsigned char bytes_[4] = {};
  char32_t high_surrogate_ = 0;  // Waits for its other half; 0: none.
};

}  // namespace nmt::sacrebleu

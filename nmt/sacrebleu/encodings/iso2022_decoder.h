// Iso2022Decoder: the encodings of the ISO 2022 family that Python has: ISO-2022-JP in six variants
// and ISO-2022-KR.
//
//     ESC ( X    ESC $ X    ESC $ ( X    character set X becomes set 0
//     ESC ) X               ESC $ ) X    character set X becomes set 1
//     ESC . X    ESC N c                 set 2, and one character of it
//     SO SI LF                           set 1 from here on; set 0 again
//
// Another escape sequence is text up to its capital letter, as in Python.

#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "nmt/sacrebleu/encodings/character_set.h"
#include "nmt/sacrebleu/encodings/stream_decoder.h"

namespace nmt::sacrebleu {

struct Iso2022Variant;

class Iso2022Decoder : public StreamDecoder {
 public:
  /// The variant that Python has in `module`, which knows() must hold for.
  explicit Iso2022Decoder(std::string_view module);

  bool decode(std::string_view bytes, std::string& text) override;
  bool finish() override { return pending_.empty(); }

  /// Whether Python's `module` is a variant.
  static bool knows(std::string_view module);

 private:
  enum class Step { done, unfinished, wrong };

  Step take(unsigned char byte, std::string& text);
  Step take_escape(std::string& text);
  Step take_character(std::string& text);
  Step take_from_set_2(std::string& text);
  bool designate(std::string_view escape);
  CharacterSet& character_set(std::string_view name);

  const Iso2022Variant& variant_;
  unsigned char sets_[3] = {'B', 'B', 'B'};  // Designated characters, | 0x80 for sets of two bytes.
  bool shifted_ = false;                     // Whether set 1 is in use.
  bool in_foreign_escape_ = false;
  std::string pending_;  // An unfinished escape sequence or character.
  std::map<std::string_view, std::unique_ptr<CharacterSet>> loaded_;
};

}  // namespace nmt::sacrebleu

// CharacterSetDecoder: text in a CharacterSet.
//
// Korean make-up sequences (KS X 1001, annex 3) are the exception to the rule that a table says
// what bytes mean: in EUC-KR, A4 D4 and three letters of two bytes each are one syllable,
//
//     U+AC00 + (first · 21 + vowel) · 28 + last,
//
// and nothing else may follow A4 D4.

#pragma once

#include <string>

#include "nmt/sacrebleu/encodings/character_set.h"
#include "nmt/sacrebleu/encodings/stream_decoder.h"

namespace nmt::sacrebleu {

class CharacterSetDecoder : public StreamDecoder {
 public:
  /// As CharacterSet. `makes_up`: whether there are Korean make-up sequences.
  CharacterSetDecoder(std::string_view name, bool makes_up) : set_(name), makes_up_(makes_up) {}

  bool decode(std::string_view bytes, std::string& text) override;
  bool finish() override { return node_ == CharacterSet::kRoot && make_up_.empty(); }

 private:
  bool decode_byte(unsigned char byte, std::string& text);
  bool go_on_making_up(unsigned char byte, std::string& text);

  CharacterSet set_;
  bool makes_up_;
  uint32_t node_ = CharacterSet::kRoot;  // Where the bytes of the last, unfinished character led.
  unsigned char last_byte_ = 0;
  std::string make_up_;  // A make-up sequence that is not complete.
};

}  // namespace nmt::sacrebleu

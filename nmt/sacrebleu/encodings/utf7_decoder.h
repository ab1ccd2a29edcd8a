// Utf7Decoder: UTF-7 (RFC 2152) as Python takes it: every ASCII character may stand for itself, and
// half of a surrogate pair is a character.

#pragma once

#include <cstdint>

#include "nmt/sacrebleu/encodings/stream_decoder.h"

namespace nmt::sacrebleu {

class Utf7Decoder : public StreamDecoder {
 public:
  bool decode(std::string_view bytes, std::string& text) override;
  bool finish() override;

 private:
  enum class State { direct, behind_plus, base64 };

  bool decode_direct(unsigned char byte, std::string& text);
  bool decode_base64(unsigned char byte, std::string& text);
  bool leave_base64(unsigned char byte, std::string& text);
  void take_unit(char32_t unit, std::string& text);
  bool has_rest() const { return bit_count_ >= 6 || bits_ != 0; }

  State state_ = State::direct;
  uint32_t bits_ = 0;  // What base64 has brought and no unit has used.
  int bit_count_ = 0;
  char32_t high_surrogate_ = 0;  // Waits for its other half; 0: none.
};

}  // namespace nmt::sacrebleu

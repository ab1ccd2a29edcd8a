#include "nmt/sacrebleu/encodings/utf7_decoder.h"

#include "data/text/utf8.h"

namespace nmt::sacrebleu {
namespace {

// The value of a base64 digit; -1 for anything else.
int base64_value(unsigned char byte) {
  if (byte >= 'A' && byte <= 'Z') return byte - 'A';
  if (byte >= 'a' && byte <= 'z') return byte - 'a' + 26;
  if (byte >= '0' && byte <= '9') return byte - '0' + 52;
  return byte == '+' ? 62 : byte == '/' ? 63 : -1;
}

// append_utf8() for what may be half of a surrogate pair, in the form that UTF-8 would give it.
void append_unit(char32_t unit, std::string& text) {
  if (unit < 0xD800 || unit > 0xDFFF) return text::append_utf8(unit, text);
  for (const char32_t byte : {0xE0 | unit >> 12, 0x80 | (unit >> 6 & 0x3F), 0x80 | (unit & 0x3F)}) {
    text += static_cast<char>(byte);
  }
}

}  // namespace

void Utf7Decoder::take_unit(char32_t unit, std::string& text) {
  const char32_t high = high_surrogate_;
  high_surrogate_ = 0;
  if (high != 0 && unit >= 0xDC00 && unit <= 0xDFFF) {
    return append_unit(0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00), text);
  }
  if (high != 0) append_unit(high, text);
  if (unit >= 0xD800 && unit <= 0xDBFF) {
    high_surrogate_ = unit;
  } else {
    append_unit(unit, text);
  }
}

bool Utf7Decoder::leave_base64(unsigned char byte, std::string& text) {
  if (has_rest()) return false;
  if (high_surrogate_ != 0 && byte < 0x80 && byte != '+') append_unit(high_surrogate_, text);
  high_surrogate_ = 0;
  state_ = State::direct;
  return byte == '-' || decode_direct(byte, text);
}

bool Utf7Decoder::decode_base64(unsigned char byte, std::string& text) {
  const int value = base64_value(byte);
  if (value < 0) return leave_base64(byte, text);
  bits_ = bits_ << 6 | static_cast<uint32_t>(value);
  bit_count_ += 6;
  if (bit_count_ < 16) return true;
  bit_count_ -= 16;
  take_unit(bits_ >> bit_count_, text);
  bits_ &= (1U << bit_count_) - 1;
  return true;
}

bool Utf7Decoder::decode_direct(unsigned char byte, std::string& text) {
  if (byte >= 0x80) return false;
  if (byte == '+') {
    state_ = State::behind_plus;
  } else {
    text += static_cast<char>(byte);
  }
  return true;
}

bool Utf7Decoder::decode(std::string_view bytes, std::string& text) {
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (state_ == State::behind_plus) {
      state_ = byte == '-' ? State::direct : State::base64;
      bits_ = 0;
      bit_count_ = 0;
      if (byte == '-') {
        text += '+';
        continue;
      }
      if (base64_value(byte) < 0) return false;
    }
    const bool ok = state_ == State::base64 ? decode_base64(byte, text) : decode_direct(byte, text);
    if (!ok) return false;
  }
  return true;
}

bool Utf7Decoder::finish() {
  return state_ != State::base64 || (high_surrogate_ == 0 && !has_rest());
}

}  // namespace nmt::sacrebleu

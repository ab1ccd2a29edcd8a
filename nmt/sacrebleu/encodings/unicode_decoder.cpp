#include "nmt/sacrebleu/encodings/unicode_decoder.h"

#include "data/text/utf8.h"

namespace nmt::sacrebleu {
namespace {

constexpr char32_t kMark = 0xFEFF;

bool is_surrogate(char32_t value) {
  return value >= 0xD800 && value < 0xE000;
}

bool is_low_surrogate(char32_t value) {
  return value >= 0xDC00 && value < 0xE000;
}

char32_t little_endian(const unsigned char* bytes, int size) {
  char32_t value = 0;
  for (int i = size - 1; i >= 0; --i) value = value << 8 | bytes[i];
  return value;
}

char32_t big_endian(const unsigned char* bytes, int size) {
  char32_t value = 0;
  for (int i = 0; i < size; ++i) value = value << 8 | bytes[i];
  return value;
}

}  // namespace

bool UnicodeDecoder::take_code_point(char32_t value, std::string& text) {
  if (value > 0x10FFFF || is_surrogate(value)) return false;
  text::append_utf8(value, text);
  return true;
}

bool UnicodeDecoder::take_unit(std::string& text) {
  if (order_ == ByteOrder::by_mark) {
    order_ = big_endian(bytes_, unit_) == kMark ? ByteOrder::big : ByteOrder::little;
    return order_ == ByteOrder::big || little_endian(bytes_, unit_) == kMark;
  }
  const bool big = order_ == ByteOrder::big;
  const char32_t value = big ? big_endian(bytes_, unit_) : little_endian(bytes_, unit_);
  if (high_surrogate_ != 0) {
    const char32_t high = high_surrogate_;
    high_surrogate_ = 0;
    return is_low_surrogate(value) &&
           take_code_point(0x10000 + ((high - 0xD800) << 10) + (value - 0xDC00), text);
  }
  if (unit_ == 2 && is_surrogate(value) && !is_low_surrogate(value)) {
    high_surrogate_ = value;
    return true;
  }
  return take_code_point(value, text);
}

bool UnicodeDecoder::decode(std::string_view bytes, std::string& text) {
  for (const char c : bytes) {
    bytes_[filled_++] = static_cast<unsigned char>(c);
    if (filled_ < unit_) continue;
    filled_ = 0;
    if (!take_unit(text)) return false;
  }
  return true;
}

}  // namespace nmt::sacrebleu

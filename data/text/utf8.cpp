#include "data/text/utf8.h"

#include <cstdint>
#include <cstring>

namespace nmt::text {
namespace {

/// One step through the text: a character, or the maximal part that belongs to none.
struct Step {
  size_t length;  // Bytes, at least 1.
  bool valid;
};

struct LeadByte {
  int continuations;           // Bytes that follow; 0: ASCII, -1: no lead byte.
  uint8_t second_low = 0x80;   // Range of the second byte: refuses overlong forms,
  uint8_t second_high = 0xBF;  // surrogates and values above U+10FFFF.
};

LeadByte classify(uint8_t lead) {
  if (lead < 0x80) return {0};
  if (lead < 0xC2) return {-1};
  if (lead < 0xE0) return {1};
  if (lead == 0xE0) return {2, 0xA0, 0xBF};
  if (lead == 0xED) return {2, 0x80, 0x9F};
  if (lead < 0xF0) return {2};
  if (lead == 0xF0) return {3, 0x90, 0xBF};
  if (lead < 0xF4) return {3};
  if (lead == 0xF4) return {3, 0x80, 0x8F};
  return {-1};
}

// `text` is not empty.
Step step(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const LeadByte lead = classify(byte(0));
  if (lead.continuations <= 0) return {1, lead.continuations == 0};
  const size_t length = static_cast<size_t>(lead.continuations) + 1;
  for (size_t i = 1; i < length; ++i) {
    const uint8_t low = i == 1 ? lead.second_low : 0x80;
    const uint8_t high = i == 1 ? lead.second_high : 0xBF;
    if (i >= text.size() || byte(i) < low || byte(i) > high) return {i, false};
  }
  return {length, true};
}

// Leading ASCII bytes, eight at a time.
size_t ascii_prefix(std::string_view text) {
  size_t i = 0;
  for (uint64_t word; i + sizeof word <= text.size(); i += sizeof word) {
    std::memcpy(&word, text.data() + i, sizeof word);
    if (word & 0x8080808080808080u) break;
  }
  while (i < text.size() && static_cast<uint8_t>(text[i]) < 0x80) ++i;
  return i;
}

bool is_scalar_value(char32_t code_point) {
  return code_point <= 0x10FFFF && (code_point < 0xD800 || code_point > 0xDFFF);
}

}  // namespace

std::optional<size_t> find_invalid_utf8(std::string_view text) {
  for (size_t i = ascii_prefix(text); i < text.size();) {
    const Step next = step(text.substr(i));
    if (!next.valid) return i;
    i += next.length;
  }
  return std::nullopt;
}

void append_utf8(char32_t code_point, std::string& text) {
  const char32_t c = is_scalar_value(code_point) ? code_point : kReplacementCharacter;
  const auto push = [&](char32_t byte) { text.push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    push(c);
    return;
  }
  if (c < 0x800) {
    push(0xC0 | (c >> 6));
  } else if (c < 0x10000) {
    push(0xE0 | (c >> 12));
    push(0x80 | ((c >> 6) & 0x3F));
  } else {
    push(0xF0 | (c >> 18));
    push(0x80 | ((c >> 12) & 0x3F));
    push(0x80 | ((c >> 6) & 0x3F));
  }
  push(0x80 | (c & 0x3F));
}

std::string replace_invalid_utf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const Step next = step(text.substr(i));
    if (next.valid) {
      valid.append(text.substr(i, next.length));
    } else {
      append_utf8(kReplacementCharacter, valid);
    }
    i += next.length;
  }
  return valid;
}

}  // namespace nmt::text

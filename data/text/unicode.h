// Properties of code points, and white space, exactly as Python 3.11 and its `regex` module see
// them: tokenizers that must agree with a Python program to the byte stand on these.
//
// Text is UTF-8. Functions are meant for valid text; on other bytes they stay within the text and
// make progress, but what they return there is unspecified.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nmt::text {

/// The general categories that tokenizers ask for: P, N, S, all others.
enum class CharacterClass : uint8_t { kOther, kPunctuation, kNumber, kSymbol };

/// General category of `code_point` by the tables of `regex` 2026.11.15.
CharacterClass character_class(char32_t code_point);

/// is_white_space() of an ASCII character.
constexpr bool is_ascii_white_space(unsigned char c) {
  return c == ' ' || (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x1F);
}

/// Whether str.isspace() holds: U+0009-000D, 001C-0020, 0085, 00A0, 1680, 2000-200A, 2028, 2029,
/// 202F, 205F, 3000. U+001C-001F are the ones that C's isspace() lacks.
bool is_white_space(char32_t code_point);

/// The code point at `position`, which moves behind it. Needs position < text.size().
inline char32_t next_code_point(std::string_view text, size_t& position) {
  const auto lead = static_cast<unsigned char>(text[position++]);
  if (lead < 0x80) return lead;
  const size_t rest = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
  char32_t value = lead & (0x3F >> rest);
  for (size_t k = 0; k < rest && position < text.size(); ++k) {
    value = value << 6 | (static_cast<unsigned char>(text[position++]) & 0x3F);
  }
  return value;
}

/// How many code points `text` has.
inline size_t code_points(std::string_view text) {
  size_t count = 0;
  for (size_t position = 0; position < text.size(); ++count) next_code_point(text, position);
  return count;
}

/// `text` with a to z for A to Z.
inline std::string lower_ascii(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

/// Bytes of the white-space character that starts at `position`; 0 if another starts there.
size_t white_space_length(std::string_view text, size_t position);

/// `text` without white space at its end, as str.rstrip().
std::string_view strip_right(std::string_view text);

/// `text` without white space at both ends, as str.strip().
std::string_view strip(std::string_view text);

/// Replaces `words` by the parts of `text` between runs of white space, as str.split(); none is
/// empty.
void split_at_white_space(std::string_view text, std::vector<std::string_view>& words);

/// The same, as a new list.
std::vector<std::string_view> split_at_white_space(std::string_view text);

}  // namespace nmt::text

#include "data/text/unicode.h"

#include <algorithm>
#include <array>

#include "data/text/unicode_tables.h"

namespace nmt::text {
namespace {

constexpr char32_t kBasicPlane = 0x10000;

using BasicPlaneClasses = std::array<CharacterClass, kBasicPlane>;

BasicPlaneClasses basic_plane_classes() {
  BasicPlaneClasses classes{};
  for (const ClassRange& range : class_ranges()) {
    if (range.first >= kBasicPlane) break;
    const char32_t end = std::min<char32_t>(range.last + 1, kBasicPlane);
    std::fill(classes.begin() + range.first, classes.begin() + end, range.value);
  }
  return classes;
}

CharacterClass search_class(char32_t code_point) {
  const auto ranges = class_ranges();
  const auto range =
      std::lower_bound(ranges.begin(), ranges.end(), code_point,
                       [](const ClassRange& range, char32_t value) { return range.last < value; });
  if (range == ranges.end() || code_point < range->first) return CharacterClass::kOther;
  return range->value;
}

// Where a white-space character that ends at text's end starts; text.size() if there is none.
size_t last_white_space(std::string_view text) {
  size_t start = text.size() - 1;
  while (start > 0 && text.size() - start < 3 && (text[start] & 0xC0) == 0x80) --start;
  const size_t length = white_space_length(text, start);
  return start + length == text.size() ? start : text.size();
}

}  // namespace

CharacterClass character_class(char32_t code_point) {
  // A search for every character would be half of the time of a tokenizer.
  static const BasicPlaneClasses basic_plane = basic_plane_classes();
  return code_point < kBasicPlane ? basic_plane[code_point] : search_class(code_point);
}

bool is_white_space(char32_t code_point) {
  if (code_point < 0x80) return is_ascii_white_space(static_cast<unsigned char>(code_point));
  const auto ranges = space_ranges();
  return std::any_of(ranges.begin(), ranges.end(), [&](const SpaceRange& range) {
    return range.first <= code_point && code_point <= range.last;
  });
}

size_t white_space_length(std::string_view text, size_t position) {
  const auto lead = static_cast<unsigned char>(text[position]);
  if (lead < 0x80) return is_ascii_white_space(lead) ? 1 : 0;
  // Every other white-space character starts with one of these bytes.
  if (lead != 0xC2 && lead != 0xE1 && lead != 0xE2 && lead != 0xE3) return 0;
  size_t end = position;
  return is_white_space(next_code_point(text, end)) ? end - position : 0;
}

std::string_view strip_right(std::string_view text) {
  while (!text.empty()) {
    const size_t start = last_white_space(text);
    if (start == text.size()) break;
    text = text.substr(0, start);
  }
  return text;
}

std::string_view strip(std::string_view text) {
  text = strip_right(text);
  while (!text.empty()) {
    const size_t length = white_space_length(text, 0);
    if (length == 0) break;
    text.remove_prefix(length);
  }
  return text;
}

void split_at_white_space(std::string_view text, std::vector<std::string_view>& words) {
  words.clear();
  size_t start = 0;
  size_t position = 0;
  while (position < text.size()) {
    const auto byte = static_cast<unsigned char>(text[position]);
    const size_t length = byte > ' ' && byte < 0x80 ? 0 : white_space_length(text, position);
    if (length == 0) {
      ++position;
      continue;
    }
    if (position > start) words.push_back(text.substr(start, position - start));
    position += length;
    start = position;
  }
  if (position > start) words.push_back(text.substr(start));
}

std::vector<std::string_view> split_at_white_space(std::string_view text) {
  std::vector<std::string_view> words;
  split_at_white_space(text, words);
  return words;
}

}  // namespace nmt::text

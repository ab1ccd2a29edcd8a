#include "nmt/metrics/tokenizers/chinese.h"

#include <algorithm>
#include <iterator>

#include "data/text/unicode.h"
#include "nmt/metrics/tokenizers/western_marks.h"

namespace nmt::metrics {
namespace {

struct Range {
  char32_t first, last;
};

constexpr Range kChinese[] = {
    {0x2001, 0x2A6D}, {0x2E80, 0x2FDF}, {0x2FF0, 0x303F}, {0x3100, 0x312F}, {0x31A0, 0x31EF},
    {0x3200, 0x4DB5}, {0x4E00, 0x9FBB}, {0xF900, 0xFA2D}, {0xFA30, 0xFA6A}, {0xFA70, 0xFAD9},
    {0xFE10, 0xFE1F}, {0xFE30, 0xFE4F}, {0xFF00, 0xFFEF},
};

}  // namespace

bool is_chinese(char32_t code_point) {
  return std::any_of(std::begin(kChinese), std::end(kChinese), [&](const Range& range) {
    return range.first <= code_point && code_point <= range.last;
  });
}

void ChineseTokenizer::tokenize(std::string_view segment, std::string& words) const {
  segment = text::strip(segment);
  std::string line;
  for (size_t position = 0; position < segment.size();) {
    const size_t start = position;
    const bool alone = is_chinese(text::next_code_point(segment, position));
    if (alone) line += ' ';
    line += segment.substr(start, position - start);
    if (alone) line += ' ';
  }
  std::string separated;
  separate_marks(line, separated);
  separate_points_and_dashes(separated, words);
}

}  // namespace nmt::metrics

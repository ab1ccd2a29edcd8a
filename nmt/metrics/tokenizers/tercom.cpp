#include "nmt/metrics/tokenizers/tercom.h"

#include <algorithm>
#include <span>

#include "data/text/unicode.h"
#include "data/text/unicode_case.h"
#include "nmt/metrics/tokenizers/western_marks.h"

namespace nmt::metrics {
namespace {

struct Range {
  char32_t first, last;
};

constexpr Range kAsianCharacters[] = {
    {0x2E80, 0x2EFF}, {0x31C0, 0x31EF}, {0x3200, 0x4DBF},
    {0x4E00, 0x9FFF}, {0xF900, 0xFAFF}, {0xFE30, 0xFE4F},
};

constexpr Range kAsianMarks[] = {
    {0x3001, 0x3002}, {0x3008, 0x3011}, {0x3014, 0x301F}, {0x30FB, 0x30FB},
    {0xFF01, 0xFF02}, {0xFF08, 0xFF09}, {0xFF0C, 0xFF0C}, {0xFF0E, 0xFF0E},
    {0xFF1A, 0xFF1B}, {0xFF1F, 0xFF1F}, {0xFF61, 0xFF65},
};

bool is_in(std::span<const Range> ranges, char32_t code_point) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const Range& range) {
    return range.first <= code_point && code_point <= range.last;
  });
}

std::string normalize_western(std::string line) {
  replace_all(line, "\n-", "");
  replace_all(line, "\n", " ");
  unescape_entities(line);
  std::string buffer;
  separate_marks(' ' + line + ' ', buffer);
  replace_all(buffer, "'s ", " 's ");
  separate_points_and_dashes(buffer, line);
  return line;
}

std::string separate_asian(std::string_view line) {
  std::string result;
  for (size_t position = 0; position < line.size();) {
    const size_t start = position;
    const char32_t code_point = text::next_code_point(line, position);
    const bool alone = is_in(kAsianCharacters, code_point) || is_in(kAsianMarks, code_point);
    if (alone) result += ' ';
    result += line.substr(start, position - start);
    if (alone) result += ' ';
  }
  return result;
}

std::string without_marks(std::string_view line, bool asian_too) {
  constexpr std::string_view kMarks = ".,?:;!\"()";
  std::string result;
  for (size_t position = 0; position < line.size();) {
    const size_t start = position;
    const char32_t code_point = text::next_code_point(line, position);
    const bool dropped = code_point < 0x80
                             ? kMarks.find(static_cast<char>(code_point)) != kMarks.npos
                             : asian_too && is_in(kAsianMarks, code_point);
    if (!dropped) result += line.substr(start, position - start);
  }
  return result;
}

}  // namespace

std::string tokenize_tercom(std::string_view segment, const TercomOptions& options) {
  segment = text::strip_right(segment);
  if (segment.empty()) return "";
  std::string line = options.case_sensitive ? std::string(segment) : text::lower(segment);
  if (options.normalized) {
    line = normalize_western(std::move(line));
    if (options.asian_support) line = separate_asian(line);
  }
  if (options.no_punct) line = without_marks(line, options.asian_support);
  return line;
}

}  // namespace nmt::metrics

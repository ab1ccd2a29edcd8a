#include "nmt/metrics/tokenizers/western_marks.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace nmt::metrics {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_point(char c) {
  return c == '.' || c == ',';
}

constexpr std::array<bool, 256> mark_table() {
  std::array<bool, 256> table{};
  for (const char c : std::string_view(" !\"#$%&()*+/:;<=>?@[\\]^_`{|}~")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}

constexpr std::array<bool, 256> kMarks = mark_table();

size_t find_point(std::string_view line, size_t position) {
  while (position < line.size() && !is_point(line[position])) ++position;
  return position;
}

size_t find_dash(std::string_view line, size_t position) {
  if (position >= line.size()) return line.size();
  const void* found = std::memchr(line.data() + position, '-', line.size() - position);
  return found == nullptr ? line.size() : static_cast<const char*>(found) - line.data();
}

}  // namespace

void separate_marks(std::string_view line, std::string& result) {
  result.resize(3 * line.size());
  char* out = result.data();
  for (const char c : line) {
    if (kMarks[static_cast<unsigned char>(c)]) {
      *out++ = ' ';
      *out++ = c;
      *out++ = ' ';
    } else {
      *out++ = c;
    }
  }
  result.resize(out - result.data());
}

// In the three functions below bytes stand for characters: a mark is ASCII, and all that matters
// about its neighbour is whether it is a digit.

void separate_points_behind_text(std::string_view line, std::string& result) {
  result.clear();
  size_t copied = 0;
  size_t position = 1;  // The match may start one character before it.
  while ((position = find_point(line, position)) < line.size()) {
    if (is_digit(line[position - 1])) {
      ++position;
      continue;
    }
    result += line.substr(copied, position - copied);
    result += {' ', line[position], ' '};
    copied = position + 1;
    position += 2;
  }
  result += line.substr(std::min(copied, line.size()));
}

void separate_points_before_text(std::string_view line, std::string& result) {
  result.clear();
  size_t copied = 0;
  size_t position = 0;
  while ((position = find_point(line, position)) + 1 < line.size()) {
    if (is_digit(line[position + 1])) {
      ++position;
      continue;
    }
    result += line.substr(copied, position - copied);
    result += {' ', line[position], ' ', line[position + 1]};
    position += 2;
    copied = position;
  }
  result += line.substr(copied);
}

void separate_dashes_behind_digits(std::string_view line, std::string& result) {
  result.clear();
  size_t copied = 0;
  size_t position = 1;
  while ((position = find_dash(line, position)) < line.size()) {
    if (!is_digit(line[position - 1])) {
      ++position;
      continue;
    }
    result += line.substr(copied, position - copied);
    result += " - ";
    copied = position + 1;
    position += 2;
  }
  result += line.substr(copied);
}

void separate_points_and_dashes(std::string& line, std::string& result) {
  separate_points_behind_text(line, result);
  separate_points_before_text(result, line);
  separate_dashes_behind_digits(line, result);
}

void unescape_entities(std::string& line) {
  if (line.find('&') == std::string::npos) return;
  replace_all(line, "&quot;", "\"");
  replace_all(line, "&amp;", "&");
  replace_all(line, "&lt;", "<");
  replace_all(line, "&gt;", ">");
}

void replace_all(std::string& line, std::string_view old, std::string_view replacement) {
  size_t found = line.find(old);
  if (found == std::string::npos) return;
  std::string result;
  size_t copied = 0;
  for (; found != std::string::npos; found = line.find(old, copied)) {
    result.append(line, copied, found - copied);
    result += replacement;
    copied = found + old.size();
  }
  result.append(line, copied);
  line = std::move(result);
}

}  // namespace nmt::metrics

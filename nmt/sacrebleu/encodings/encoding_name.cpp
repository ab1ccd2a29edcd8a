#include "nmt/sacrebleu/encodings/encoding_name.h"

#include <algorithm>
#include <string>

#include "nmt/sacrebleu/encodings/encoding_tables.h"

namespace nmt::sacrebleu {
namespace {

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.';
}

// In lower case, with one "_" for everything between words.
std::string normalized(std::string_view name) {
  std::string result;
  bool between = false;
  for (const char c : name) {
    if (!is_word_character(c)) {
      between = true;
      continue;
    }
    if (between && !result.empty()) result += '_';
    between = false;
    result += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  return result;
}

const EncodingName* find(std::string_view name) {
  const auto names = encoding_names();
  const auto row = std::lower_bound(
      names.begin(), names.end(), name,
      [](const EncodingName& entry, std::string_view wanted) { return entry.name < wanted; });
  return row != names.end() && row->name == name ? &*row : nullptr;
}

}  // namespace

std::optional<std::string_view> python_encoding(std::string_view name) {
  std::string wanted = normalized(name);
  if (const EncodingName* row = find(wanted)) return row->module;
  std::replace(wanted.begin(), wanted.end(), '.', '_');
  const EncodingName* row = find(wanted);
  // Modules have no dots in their names, other names may have lost some.
  if (row == nullptr || !row->is_alias) return std::nullopt;
  return row->module;
}

}  // namespace nmt::sacrebleu

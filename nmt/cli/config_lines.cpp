#include "nmt/cli/config_lines.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "data/text/error.h"

namespace nmt::cli {
namespace {

constexpr std::string_view kSpaces = " \t\r";

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

// A # begins a comment at the start of a line or after a space, but not inside quotes, so that
// names with # in them need no quotes.
std::string_view without_comment(std::string_view line) {
  bool quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') quoted = !quoted;
    const bool starts_word = i == 0 || kSpaces.find(line[i - 1]) != std::string_view::npos;
    if (line[i] == '#' && starts_word && !quoted) return line.substr(0, i);
  }
  return line;
}

// Reads the quoted text at the start of `value` into `text`, and returns its length with the
// quotes; 0 if there is none, or no end of it.
size_t take_quoted(std::string_view value, std::string& text) {
  if (!value.starts_with('"')) return 0;
  text.clear();
  for (size_t i = 1; i < value.size(); ++i) {
    if (value[i] == '"' && !value.substr(i + 1).starts_with('"')) return i + 1;
    if (value[i] == '"') ++i;
    text += value[i];
  }
  return 0;
}

ConfigEntry parse_line(std::string_view line, int64_t number, const std::string& source) {
  const size_t equals = line.find('=');
  const std::string key(trimmed(line.substr(0, equals)));
  if (equals == std::string_view::npos || key.empty()) {
    throw UsageError(source, ":", number, ": a line must be 'key = value', got '", line, "'");
  }
  return {key, std::string(trimmed(line.substr(equals + 1))), number};
}

}  // namespace

std::vector<ConfigEntry> parse_config(std::string_view text, const std::string& source) {
  std::vector<ConfigEntry> entries;
  std::map<std::string, int64_t> line_of;
  for (int64_t number = 1; !text.empty(); ++number) {
    const size_t end = text.find('\n');
    const std::string_view line = trimmed(without_comment(text.substr(0, end)));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty()) continue;
    const ConfigEntry entry = parse_line(line, number, source);
    const auto [first, is_new] = line_of.emplace(entry.key, number);
    if (!is_new) {
      throw UsageError(source, ":", number, ": key '", entry.key, "' already stands on line ",
                       first->second);
    }
    entries.push_back(entry);
  }
  return entries;
}

std::string one_value(const std::string& value) {
  std::string text;
  return take_quoted(value, text) == value.size() ? text : value;
}

std::vector<std::string> many_values(const std::string& value) {
  std::vector<std::string> values;
  for (std::string_view rest = trimmed(value); !rest.empty(); rest = trimmed(rest)) {
    std::string word;
    size_t length = take_quoted(rest, word);
    if (length == 0) {
      length = std::min(rest.find_first_of(kSpaces), rest.size());
      word = rest.substr(0, length);
    }
    values.push_back(std::move(word));
    rest.remove_prefix(length);
  }
  return values;
}

std::vector<std::string> split_values(const std::string& value, size_t least, size_t most) {
  const auto is_a_path = [&] {
    std::error_code error;
    return value.find('"') == std::string::npos && std::filesystem::exists(value, error);
  };
  if (most == 1 || (least == 1 && is_a_path())) return {one_value(value)};
  return many_values(value);
}

std::string quoted_value(const std::string& text) {
  if (!text.empty() && text.find_first_of(" \t\r#\"") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

}  // namespace nmt::cli

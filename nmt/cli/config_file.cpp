#include "nmt/cli/config_file.h"

#include <iomanip>
#include <map>
#include <sstream>

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
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') return value;
  return value.substr(1, value.size() - 2);
}

std::vector<std::string> many_values(const std::string& value) {
  std::istringstream stream(value);
  std::vector<std::string> values;
  for (std::string word; stream >> std::quoted(word);) values.push_back(word);
  return values;
}

}  // namespace nmt::cli

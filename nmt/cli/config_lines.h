// Configuration files: one `key = value` a line, the keys being a program's flags without dashes.
//
//     # A comment; also after a value.
//     dropout    = 0.1
//     train-sets = "my corpus.en" my-corpus.de
//
// A value is the rest of its line, spaces around it cut; a flag with several values takes words
// parted by spaces. Double quotes hold a text that contains spaces or #; a double quote in it is
// written twice, and a backslash is a character like any other. No value goes over a line's end.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nmt::cli {

struct ConfigEntry {
  std::string key;
  std::string value;  ///< Quotes still in place; see split_values.
  int64_t line;       ///< From 1.
};

/// The entries of `text` in order. Throws UsageError, naming `source` and line, for a line that is
/// no `key = value` and for a key that stands twice.
std::vector<ConfigEntry> parse_config(std::string_view text, const std::string& source);

/// `value` without the quotes around it, if there are any.
std::string one_value(const std::string& value);

/// The words of `value`, each without its quotes.
std::vector<std::string> many_values(const std::string& value);

/// The values of a flag that takes `least` to `most` of them. Where it takes one or more, a path
/// with spaces that exists is one value without quotes too.
std::vector<std::string> split_values(const std::string& value, size_t least, size_t most);

/// `text` as one_value and many_values read it back; quoted only if it must be.
std::string quoted_value(const std::string& text);

}  // namespace nmt::cli

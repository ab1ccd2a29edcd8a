#include "nmt/sacrebleu/python_number.h"

#include <charconv>
#include <cstdlib>
#include <string>

#include "data/text/unicode.h"

namespace nmt::sacrebleu {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// `text` without the underscores between digits; none if one stands elsewhere.
std::optional<std::string> without_underscores(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      result += text[i];
    } else if (i == 0 || i + 1 == text.size() || !is_digit(text[i - 1]) || !is_digit(text[i + 1])) {
      return std::nullopt;
    }
  }
  return result;
}

// What int() and float() have in common: spaces around, one sign, underscores. The sign stays only
// if it is a minus.
std::optional<std::string> number_text(std::string_view text) {
  text = text::strip(text);
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  return without_underscores(text);
}

}  // namespace

std::optional<int64_t> python_int(std::string_view text) {
  const std::optional<std::string> digits = number_text(text);
  if (!digits) return std::nullopt;
  int64_t value = 0;
  const auto [end, error] = std::from_chars(digits->data(), digits->data() + digits->size(), value);
  if (error != std::errc() || end != digits->data() + digits->size()) return std::nullopt;
  return value;
}

std::optional<double> python_float(std::string_view text) {
  const std::optional<std::string> digits = number_text(text);
  if (!digits) return std::nullopt;
  double value = 0.0;
  const char* last = digits->data() + digits->size();
  const auto [end, error] = std::from_chars(digits->data(), last, value);
  if (end != last || digits->empty()) return std::nullopt;
  // from_chars() also takes "nan(...)".
  if (text::lower_ascii(*digits).find("nan(") != std::string::npos) return std::nullopt;
  if (error == std::errc::result_out_of_range) return std::strtod(digits->c_str(), nullptr);
  if (error != std::errc()) return std::nullopt;
  return value;
}

}  // namespace nmt::sacrebleu

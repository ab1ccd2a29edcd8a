#include "nmt/metrics/python_format.h"

#include <charconv>
#include <cmath>
#include <cstdio>

#include "data/text/error.h"
#include "data/text/unicode.h"

namespace nmt::metrics {
namespace {

std::string not_finite(double value) {
  if (std::isnan(value)) return "nan";
  return value < 0 ? "-inf" : "inf";
}

void append_escape(char32_t unit, std::string& result) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  result += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) result += kDigits[unit >> shift & 0xF];
}

void append_ascii(char c, std::string& result) {
  constexpr std::string_view kEscaped = "\"\\\n\r\t\b\f", kLetters = "\"\\nrtbf";
  if (const size_t place = kEscaped.find(c); place != kEscaped.npos) {
    result += {'\\', kLetters[place]};
  } else if (static_cast<unsigned char>(c) < 0x20) {
    append_escape(static_cast<unsigned char>(c), result);
  } else {
    result += c;
  }
}

}  // namespace

std::string fixed(double value, int64_t width) {
  if (width < 0 || width > INT32_MAX)
    throw InputError("width ", width, ": cannot print so many decimals");
  if (!std::isfinite(value)) return not_finite(value);
  const int length = std::snprintf(nullptr, 0, "%.*f", static_cast<int>(width), value);
  std::string text(length + 1, '\0');
  std::snprintf(text.data(), text.size(), "%.*f", static_cast<int>(width), value);
  text.pop_back();
  return text;
}

std::string shortest(double value) {
  if (!std::isfinite(value)) return not_finite(value);
  const double size = std::fabs(value);
  const bool exponent = size != 0.0 && (size < 1e-4 || size >= 1e16);
  char buffer[64];
  const auto format = exponent ? std::chars_format::scientific : std::chars_format::fixed;
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, format).ptr;
  std::string text(buffer, end);
  if (!exponent && text.find('.') == std::string::npos) text += ".0";
  return text;
}

std::string json_float(double value) {
  if (std::isfinite(value)) return shortest(value);
  if (std::isnan(value)) return "NaN";
  return value < 0 ? "-Infinity" : "Infinity";
}

std::string json_string(std::string_view text, bool ascii_only) {
  std::string result(1, '"');
  for (size_t position = 0; position < text.size();) {
    const size_t start = position;
    const char32_t code_point = text::next_code_point(text, position);
    if (code_point < 0x7F || (code_point == 0x7F && !ascii_only)) {
      append_ascii(static_cast<char>(code_point), result);
    } else if (!ascii_only) {
      result += text.substr(start, position - start);
    } else if (code_point < 0x10000) {
      append_escape(code_point, result);
    } else {
      append_escape(0xD800 + ((code_point - 0x10000) >> 10), result);
      append_escape(0xDC00 + ((code_point - 0x10000) & 0x3FF), result);
    }
  }
  return result + '"';
}

}  // namespace nmt::metrics

#include "nmt/report/number_text.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>

namespace nmt::report {
namespace {

std::string printed(const char* format, int precision, double value) {
  std::array<char, 64> buffer;
  std::snprintf(buffer.data(), buffer.size(), format, precision, value);
  return buffer.data();
}

std::string non_finite(double value) {
  if (std::isnan(value)) return kDash;
  return value > 0 ? "inf" : "-inf";
}

}  // namespace

std::string significant(double value, int digits) {
  if (!std::isfinite(value)) return non_finite(value);
  const double size = std::abs(value);
  if (size >= std::pow(10.0, digits) && size < 1e6) return grouped(std::llround(value));
  return printed("%.*g", digits, value);
}

std::string fixed(double value, int decimals) {
  if (!std::isfinite(value)) return non_finite(value);
  return printed(std::abs(value) < 1e9 ? "%.*f" : "%.*g", decimals, value);
}

std::string grouped(int64_t value) {
  std::string digits = std::to_string(value);
  const size_t first = digits[0] == '-' ? 1 : 0;
  for (size_t at = digits.size(); at > first + 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

std::string counted(size_t count, const std::string& noun) {
  return grouped(static_cast<int64_t>(count)) + " " + noun + (count == 1 ? "" : "s");
}

std::string html_escaped(const std::string& text) {
  constexpr std::string_view kMarks = "&<>\"'";
  constexpr const char* kReferences[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
  std::string escaped;
  for (const char c : text) {
    const size_t mark = kMarks.find(c);
    escaped += mark == kMarks.npos ? std::string(1, c) : kReferences[mark];
  }
  return escaped;
}

}  // namespace nmt::report

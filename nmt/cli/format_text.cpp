#include "nmt/cli/format_text.h"

#include <algorithm>
#include <cstdarg>
#include <cstdint>
#include <cstdio>

namespace nmt::cli {

std::string format_text(const char* pattern, ...) {
  char text[256];
  std::va_list arguments;
  va_start(arguments, pattern);
  std::vsnprintf(text, sizeof text, pattern, arguments);
  va_end(arguments);
  return text;
}

std::string in_words(std::string name) {
  std::ranges::replace(name, '_', ' ');
  return name;
}

std::string format_duration(double seconds) {
  seconds = std::clamp(seconds, 0.0, 1e9);
  if (seconds < 9.95) return format_text("%.1f s", seconds);
  const auto whole = static_cast<int64_t>(seconds + 0.5);
  if (whole < 60) return std::to_string(whole) + " s";
  const auto two_units = [](int64_t large, char large_unit, int64_t small, char small_unit) {
    return format_text("%lld%c%02lld%c", static_cast<long long>(large), large_unit,
                       static_cast<long long>(small), small_unit);
  };
  if (whole < 3600) return two_units(whole / 60, 'm', whole % 60, 's');
  if (whole < 86400) return two_units(whole / 3600, 'h', whole / 60 % 60, 'm');
  return two_units(whole / 86400, 'd', whole / 3600 % 24, 'h');
}

}  // namespace nmt::cli

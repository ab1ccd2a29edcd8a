#include "nmt/cli/duration.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>

namespace nmt::cli {
namespace {

std::string two_units(int64_t large, char large_unit, int64_t small, char small_unit) {
  char text[48];
  std::snprintf(text, sizeof text, "%lld%c%02lld%c", static_cast<long long>(large), large_unit,
                static_cast<long long>(small), small_unit);
  return text;
}

}  // namespace

std::string format_duration(double seconds) {
  seconds = std::clamp(seconds, 0.0, 1e9);
  if (seconds < 9.95) {
    char text[16];
    std::snprintf(text, sizeof text, "%.1f s", seconds);
    return text;
  }
  const auto whole = static_cast<int64_t>(seconds + 0.5);
  if (whole < 60) return std::to_string(whole) + " s";
  if (whole < 3600) return two_units(whole / 60, 'm', whole % 60, 's');
  if (whole < 86400) return two_units(whole / 3600, 'h', whole / 60 % 60, 'm');
  return two_units(whole / 86400, 'd', whole / 3600 % 24, 'h');
}

}  // namespace nmt::cli

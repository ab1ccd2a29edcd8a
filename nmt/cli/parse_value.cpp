#include "nmt/cli/parse_value.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>

#include "data/text/error.h"
#include "nmt/cli/nearest_name.h"

namespace nmt::cli {
namespace {

constexpr std::ptrdiff_t kLongestFixed = 8;  // Characters.

std::string range_text(int64_t minimum, int64_t maximum) {
  if (maximum == INT64_MAX) return concatenate("at least ", minimum);
  return concatenate("from ", minimum, " to ", maximum);
}

}  // namespace

int64_t parse_whole_number(const std::string& text, int64_t minimum, int64_t maximum) {
  int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc::invalid_argument || (error == std::errc() && stop != end)) {
    throw UsageError("must be a whole number, got '", text, "'");
  }
  if (error == std::errc::result_out_of_range || value < minimum || value > maximum) {
    throw UsageError("must be ", range_text(minimum, maximum), ", got ", text);
  }
  return value;
}

double parse_real(const std::string& text) {
  double value = 0.0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || !std::isfinite(value)) {
    throw UsageError("must be a number, got '", text, "'");
  }
  return value;
}

bool parse_truth(const std::string& text) {
  if (text == "true") return true;
  if (text == "false") return false;
  throw UsageError("must be true or false, got '", text, "'");
}

std::string parse_choice(const std::string& text, std::span<const std::string> names) {
  if (std::ranges::find(names, text) != names.end()) return text;
  throw UsageError("must be one of ", joined(names), "; got '", text, "'",
                   did_you_mean(text, names));
}

std::string format_real(double value) {
  char buffer[64];
  char* const end = buffer + sizeof buffer;
  // People read 0.0005 more easily than 5e-04, but not 0.000000001.
  const auto fixed = std::to_chars(buffer, end, value, std::chars_format::fixed);
  if (fixed.ec == std::errc() && fixed.ptr - buffer <= kLongestFixed) return {buffer, fixed.ptr};
  const auto shortest = std::to_chars(buffer, end, value);
  return {buffer, shortest.ptr};
}

}  // namespace nmt::cli

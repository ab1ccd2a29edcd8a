#include "nmt/config/length_bound.h"

#include <cmath>

#include "data/text/error.h"
#include "nmt/cli/parse_value.h"

namespace nmt::config {
namespace {

[[noreturn]] void refuse(std::string_view text) {
  throw UsageError("must be Ax+B, such as 2x+10 for twice the source's pieces and ten more, got '",
                   text, "'");
}

}  // namespace

int64_t LengthBound::of(int64_t source_pieces) const {
  return static_cast<int64_t>(std::floor(factor * static_cast<double>(source_pieces))) + pieces;
}

LengthBound parse_length_bound(std::string_view text) {
  const size_t times = text.find('x');
  LengthBound bound = {.factor = 0.0, .pieces = 0};
  try {
    if (times == std::string_view::npos) {
      bound.pieces = cli::parse_whole_number(std::string(text), 1, 1'000'000);
      return bound;
    }
    bound.factor = cli::parse_real(std::string(text.substr(0, times)));
    const std::string_view rest = text.substr(times + 1);
    if (!rest.empty() && rest.front() != '+') refuse(text);
    if (!rest.empty()) {
      bound.pieces = cli::parse_whole_number(std::string(rest.substr(1)), 0, 1'000'000);
    }
  } catch (const UsageError&) {
    refuse(text);
  }
  if (bound.factor < 0.0 || bound.factor > 1000.0) refuse(text);
  if (bound.factor == 0.0 && bound.pieces == 0) refuse(text);
  return bound;
}

std::string to_string(const LengthBound& bound) {
  return concatenate(cli::format_real(bound.factor), "x+", bound.pieces);
}

}  // namespace nmt::config

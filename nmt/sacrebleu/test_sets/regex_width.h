// How many characters a part of a regular expression can match: lookbehind needs one fixed number.

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nmt/sacrebleu/test_sets/regex_syntax.h"

namespace nmt::sacrebleu {

/// Fewest and most characters; `most` is kManyCharacters if there is no limit.
struct RegexWidth {
  uint64_t least = 0, most = 0;
};

inline constexpr uint64_t kManyCharacters = uint64_t{1} << 32;

/// The width of one of `branches`; `groups` holds those of the groups that they refer to, by
/// number.
RegexWidth regex_width(std::span<const RegexSequence> branches, std::span<const RegexWidth> groups);

}  // namespace nmt::sacrebleu

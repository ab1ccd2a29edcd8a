// The Unicode properties behind unicode.h and unicode_case.h, as sorted ranges of code points. The
// numbers stand in unicode_tables.cpp, which tools/scripts/make_unicode_tables.py generates.

#pragma once

#include <cstdint>
#include <span>

#include "data/text/unicode.h"

namespace nmt::text {

/// Code points first to last have general category P, N or S.
struct ClassRange {
  char32_t first, last;
  CharacterClass value;
};

/// What a code point beside a capital sigma says about the sigma's lower-case form.
enum class SigmaContext : uint8_t {
  kNeither,    ///< Ends the word.
  kCased,      ///< A letter of the word.
  kIgnorable,  ///< Is skipped.
};

struct SigmaContextRange {
  char32_t first, last;
  SigmaContext value;
};

/// first, first + step, ..., last become lower case by adding delta.
struct LowerRange {
  char32_t first, last;
  uint8_t step;
  int32_t delta;
};

struct SpaceRange {
  char32_t first, last;
};

std::span<const ClassRange> class_ranges();
std::span<const SigmaContextRange> sigma_context_ranges();
std::span<const LowerRange> lower_ranges();
std::span<const SpaceRange> space_ranges();

}  // namespace nmt::text

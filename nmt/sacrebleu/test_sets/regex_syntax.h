// The syntax tree of a regular expression of Python's `re`, and its parser; python_regex.h matches
// with it.
//
// All of Python 3.11's syntax for text except conditional groups `(?(1)a|b)` and characters by name
// `\N{...}`, which are refused.

#pragma once

#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

namespace nmt::sacrebleu {

inline constexpr uint32_t kNoLimit = std::numeric_limits<uint32_t>::max();

/// The inline flags i, m, s, a and x.
struct RegexFlags {
  bool ignore_case = false, multiline = false, dot_all = false, ascii = false, verbose = false;
};

/// \d, \s, \w and, negated, \D, \S, \W.
struct RegexCategory {
  char32_t letter;  ///< d, s or w.
  bool negated;
};

/// A set of characters: `[^a-z\d]`; also a single character, and `.` outside of sets.
struct RegexSet {
  bool negated = false;
  std::vector<std::pair<char32_t, char32_t>> ranges;  ///< First and last.
  std::vector<RegexCategory> categories;
};

struct RegexNode;
using RegexSequence = std::vector<RegexNode>;

struct RegexNode {
  enum class Kind : uint8_t {
    set,             ///< One character of `set`.
    any,             ///< `.`
    line_start,      ///< `^`
    line_end,        ///< `$`
    text_start,      ///< `\A`
    text_end,        ///< `\Z`
    boundary,        ///< `\b`; negated: `\B`
    group,           ///< One of `branches`, captured as `number` unless that is 0.
    atomic,          ///< The first way in which one of `branches` matches.
    repeat,          ///< `least` to `most` times the only node of the only branch.
    back_reference,  ///< What group `number` captured.
    look,            ///< Whether `branches` match here; `width` characters earlier for lookbehind.
  };
  enum class Greed : uint8_t { greedy, lazy, possessive };

  Kind kind;
  RegexFlags flags = {};
  bool negated = false;
  Greed greed = Greed::greedy;
  size_t number = 0, width = 0;
  uint32_t least = 0, most = 0;
  RegexSet set = {};
  std::vector<RegexSequence> branches = {};
};

/// `branches` and how many groups they capture.
struct RegexTree {
  std::vector<RegexSequence> branches;
  size_t groups = 0;
};

/// Parses `pattern` (UTF-8). Throws InputError, which says what is wrong with it.
RegexTree parse_regex(std::string_view pattern);

}  // namespace nmt::sacrebleu

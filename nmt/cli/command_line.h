// The command line cut into flags and the rest, by Boost.Program_options; no meaning attached yet.

#pragma once

#include <string>
#include <vector>

namespace nmt::cli {

/// FlagShape::values of a flag that takes as many values as follow, or none.
inline constexpr int kAnyNumber = -2;

/// What the cutting must know of a flag.
struct FlagShape {
  std::string name;         ///< Without dashes.
  std::string placeholder;  ///< For the message when a value is missing.
  int values;               ///< As in Flag: a count, 0 for a toggle, or kOneOrMore; or kAnyNumber.
  int optional_values = 0;  ///< As in Flag.
};

struct GivenFlag {
  std::string name;
  std::vector<std::string> values;  ///< {"true"} for a toggle.
};

struct SplitCommandLine {
  std::vector<GivenFlag> flags;  ///< In the order given, repetitions included.
  std::vector<std::string> positional;
  int positional_runs = 0;  ///< How many stretches of positional arguments there are.
};

/// Cuts `arguments` (without the program's name). Throws UsageError for an unknown flag, with the
/// nearest name of `shapes`, and for a flag whose values are missing or that takes none.
SplitCommandLine split_command_line(const std::vector<std::string>& arguments,
                                    const std::vector<FlagShape>& shapes);

}  // namespace nmt::cli

// "Did you mean ...?" for every closed set of names: flags, configuration keys, architectures.

#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nmt::cli {

/// Fewest insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b`
/// (optimal string alignment), counted in bytes.
size_t edit_distance(std::string_view a, std::string_view b);

/// The name of `names` that is nearest to `wrong`, or none if all are too far to be a slip of the
/// finger (more than a third of the longer name, at least 2 edits). The first of equals wins.
std::optional<std::string> nearest_name(std::string_view wrong, std::span<const std::string> names);

/// "; did you mean X?" or an empty text.
std::string did_you_mean(std::string_view wrong, std::span<const std::string> names);

/// "a, b, c", for messages that list what is allowed.
std::string joined(std::span<const std::string> names, std::string_view separator = ", ");

}  // namespace nmt::cli

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

/// The name of `names` that `wrong` most likely stands for. The first rule that finds one counts:
/// - the name of another toolkit for it (batch-size: max-tokens);
/// - its initials (lr: learning-rate);
/// - `wrong` begins with it, or it begins, or one of its words does, with `wrong`, which has at
///   least 3 letters (warmup: warmup-updates); the shortest counts;
/// - it is nearest by edits, and near enough to be a slip of the finger: at most a third of the
///   longer name, or 2 edits; the first of equals counts;
/// - it alone has the same first word (warmup-steps: warmup-updates).
std::optional<std::string> nearest_name(std::string_view wrong, std::span<const std::string> names);

/// "; did you mean X?", with `dashes` before X, or an empty text.
std::string did_you_mean(std::string_view wrong, std::span<const std::string> names,
                         std::string_view dashes = "");

/// "a, b, c", for messages that list what is allowed.
std::string joined(std::span<const std::string> names, std::string_view separator = ", ");

}  // namespace nmt::cli

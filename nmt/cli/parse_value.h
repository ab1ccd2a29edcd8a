// Numbers and names out of text, strictly: the whole text counts, and errors state the rule.

#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace nmt::cli {

/// Throws UsageError unless `text` is a whole number in [minimum, maximum].
int64_t parse_whole_number(const std::string& text, int64_t minimum = INT64_MIN,
                           int64_t maximum = INT64_MAX);

/// Throws UsageError unless `text` is a finite decimal number.
double parse_real(const std::string& text);

/// Throws UsageError unless `text` is "true" or "false".
bool parse_truth(const std::string& text);

/// Returns `text`. Throws UsageError, with all names and the nearest, unless it is one of `names`.
std::string parse_choice(const std::string& text, std::span<const std::string> names);

/// A short decimal text that parse_real turns into the same number: "0.1", "0.0005", "1e-09".
std::string format_real(double value);

}  // namespace nmt::cli

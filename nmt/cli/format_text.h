// Short texts of numbers and durations for people.

#pragma once

#include <string>

namespace nmt::cli {

/// What printf would write, cut after 255 bytes. A number that may be NaN goes in as
/// printable(number), of data/text/error.h.
__attribute__((format(printf, 1, 2))) std::string format_text(const char* pattern, ...);

/// A name of the logs as words: "did_not_learn" becomes "did not learn".
std::string in_words(std::string name);

/// Two units at most: "0.4 s", "12 s", "5m12s", "3h07m", "2d04h". Negative counts as 0.
std::string format_duration(double seconds);

}  // namespace nmt::cli

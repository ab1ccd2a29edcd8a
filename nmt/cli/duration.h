// Durations for people.

#pragma once

#include <string>

namespace nmt::cli {

/// Two units at most: "0.4 s", "12 s", "5m12s", "3h07m", "2d04h". Negative counts as 0.
std::string format_duration(double seconds);

}  // namespace nmt::cli

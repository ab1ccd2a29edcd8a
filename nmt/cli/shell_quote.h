// Commands that a person can copy from the terminal and run.

#pragma once

#include <string>
#include <string_view>

namespace nmt::cli {

/// `word` as a POSIX shell reads it back: as it is if nothing in it has a meaning to the shell,
/// else in single quotes.
std::string shell_quoted(std::string_view word);

}  // namespace nmt::cli

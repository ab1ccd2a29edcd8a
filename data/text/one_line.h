// Text that is to stand on a line of its own.

#pragma once

#include <string>
#include <string_view>

namespace nmt::text {

/// `text` with a space in the place of every character at which some reader of lines begins a new
/// one: those of Python's str.splitlines(), U+000A to 000D, 001C to 001E, 0085, 2028 and 2029.
std::string on_one_line(std::string_view text);

}  // namespace nmt::text

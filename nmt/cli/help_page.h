// The layout of a help page: two columns, 100 wide.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nmt::cli {

inline constexpr size_t kHelpWidth = 100;

/// `text` broken at spaces into lines of at most `width` bytes; a longer word stands alone.
std::vector<std::string> wrapped(std::string_view text, size_t width);

/// `left`, indented by 2, and beside it `right`, wrapped, in the column `right_column`; on the next
/// line if `left` reaches that far. Ends in a newline.
std::string help_entry(const std::string& left, const std::string& right, size_t right_column);

}  // namespace nmt::cli

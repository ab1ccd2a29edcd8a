// Lower case as Python 3.11's str.lower(): the full mapping of Unicode 14, in which U+0130 becomes
// two code points and a capital sigma at the end of a word becomes the final small sigma.

#pragma once

#include <string>
#include <string_view>

namespace nmt::text {

/// Lower case of one code point, regardless of context; U+0130 maps to itself here.
char32_t lower_code_point(char32_t code_point);

/// `text` (UTF-8) in lower case.
std::string lower(std::string_view text);

}  // namespace nmt::text

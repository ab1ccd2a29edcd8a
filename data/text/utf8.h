// UTF-8, strictly: what RFC 3629 and the Unicode Standard, table 3-7, call well formed. Overlong
// forms, surrogates, values above U+10FFFF and cut sequences are all invalid.
//
// Byte offsets count from 0.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace nmt::text {

/// U+FFFD, what stands in for bytes that are not UTF-8.
inline constexpr char32_t kReplacementCharacter = 0xFFFD;

/// U+FEFF in UTF-8, with which some editors begin a text.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// What happens to text with bytes that are not UTF-8: an error, left out, or each maximal invalid
/// part becomes U+FFFD.
enum class InvalidUtf8 { kFail, kSkip, kReplace };

/// Offset of the first byte that does not belong to a well-formed character; none if all do.
std::optional<size_t> find_invalid_utf8(std::string_view text);

/// Appends one code point to `text`; what is no Unicode scalar value becomes U+FFFD.
void append_utf8(char32_t code_point, std::string& text);

/// `text` with each maximal invalid part replaced by one U+FFFD (Unicode Standard, section 3.9:
/// the longest cut start of a character counts as one part), so that the result is valid.
std::string replace_invalid_utf8(std::string_view text);

}  // namespace nmt::text

// The four substitutions that the tokenizers 13a and zh and TER's normalization share: they set
// ASCII punctuation apart. Each runs over the whole line, left to right, on the result of the one
// before, and its matches do not overlap, so of ".,.," or "1,,2" some marks stay attached: part of
// the contract.
//
// Source: NIST mteval-v13a.pl.

#pragma once

#include <string>
#include <string_view>

namespace nmt::metrics {

/// A space on both sides of every ASCII punctuation mark but ' - , . and of the space itself.
void separate_marks(std::string_view line, std::string& result);

/// ". ," behind anything but an ASCII digit: "a." becomes "a . ".
void separate_points_behind_text(std::string_view line, std::string& result);

/// ". ," before anything but an ASCII digit: ".a" becomes " . a".
void separate_points_before_text(std::string_view line, std::string& result);

/// "-" behind an ASCII digit: "1-" becomes "1 - ".
void separate_dashes_behind_digits(std::string_view line, std::string& result);

/// The last three in this order; `line` and `result` are used as buffers.
void separate_points_and_dashes(std::string& line, std::string& result);

/// &quot; &amp; &lt; &gt; replaced one after the other in this order, so that "&amp;lt;" becomes
/// "<".
void unescape_entities(std::string& line);

/// Every occurrence of `old` (not empty) replaced by `replacement`, left to right.
void replace_all(std::string& line, std::string_view old, std::string_view replacement);

}  // namespace nmt::metrics

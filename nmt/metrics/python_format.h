// Numbers and JSON strings as Python writes them.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace nmt::metrics {

/// f"{value:.{width}f}": `width` decimals, halves to even; "nan", "inf", "-inf".
/// Throws InputError if `width` is negative.
std::string fixed(double value, int64_t width);

/// repr(value): the shortest text that reads back as `value`; exponent form below 1e-4 and from
/// 1e16.
std::string shortest(double value);

/// shortest(), with JSON's names NaN, Infinity and -Infinity as json.dumps() has them.
std::string json_float(double value);

/// `text` (UTF-8) in quotes as json.dumps() writes it; with `ascii_only`, U+007F and above become
/// \uXXXX.
std::string json_string(std::string_view text, bool ascii_only);

}  // namespace nmt::metrics

// Numbers as people read them.

#pragma once

#include <cstdint>
#include <string>

namespace nmt::report {

/// `value` with `digits` significant digits and no needless zeros: 0.0421, 6.3, 1.2e+06; "inf"; an
/// en dash for NaN.
std::string significant(double value, int digits = 3);

/// `value` with `decimals` places; an en dash for NaN.
std::string fixed(double value, int decimals);

/// A whole number with its thousands apart: 12,400.
std::string grouped(int64_t value);

/// "1 run", "3 runs".
std::string counted(size_t count, const std::string& noun);

/// `text` with &, <, >, " and ' as HTML references.
std::string html_escaped(const std::string& text);

inline constexpr const char* kDash = "\xe2\x80\x93";

}  // namespace nmt::report

// The two errors that a person can cause. Every other exception is a defect of the program.
//
// A message says what was being done, the rule that was broken, the value found, and the remedy if
// there is one; with file and line of the input where there is one.

#pragma once

#include <cmath>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>

namespace nmt {

/// `value` as it is to be printed: a NaN without its sign, which is but the bit that arithmetic
/// happened to leave, and which printf and operator<< would show ("-nan").
inline double printable(double value) {
  return std::isnan(value) ? std::numeric_limits<double>::quiet_NaN() : value;
}
inline float printable(float value) {
  return std::isnan(value) ? std::numeric_limits<float>::quiet_NaN() : value;
}
/// Everything else is printed as it is.
template <class Value>
const Value& printable(const Value& value) {
  return value;
}

/// Joins `parts` as operator<< prints them, NaN as "nan".
template <class... Parts>
std::string concatenate(const Parts&... parts) {
  std::ostringstream text;
  (text << ... << printable(parts));
  return text.str();
}

/// A wrong command line or configuration: exit status 2.
class UsageError : public std::runtime_error {
 public:
  template <class... Parts>
  explicit UsageError(const Parts&... parts) : std::runtime_error(concatenate(parts...)) {}
};

/// An input that cannot be used (file, text, checkpoint, disk): exit status 1.
class InputError : public std::runtime_error {
 public:
  template <class... Parts>
  explicit InputError(const Parts&... parts) : std::runtime_error(concatenate(parts...)) {}
};

}  // namespace nmt

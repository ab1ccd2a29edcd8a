// The two errors that a person can cause. Every other exception is a defect of the program.
//
// A message says what was being done, the rule that was broken, the value found, and the remedy if
// there is one; with file and line of the input where there is one.

#pragma once

#include <sstream>
#include <stdexcept>
#include <string>

namespace nmt {

/// Joins `parts` as operator<< prints them.
template <class... Parts>
std::string concatenate(const Parts&... parts) {
  std::ostringstream text;
  (text << ... << parts);
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

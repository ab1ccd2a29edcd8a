// PythonRegex: regular expressions as Python's `re.search` understands them, by backtracking.
//
//     PythonRegex("US-(crime|world)").search("US-crime")
//
// Beyond ASCII, \w is taken to be everything except white space, punctuation and symbols, \d every
// number, and case is ignored by simple lower case. Time can grow exponentially with the pattern,
// as in Python.

#pragma once

#include <string_view>

#include "nmt/sacrebleu/test_sets/regex_syntax.h"

namespace nmt::sacrebleu {

class PythonRegex {
 public:
  /// Throws InputError if `pattern` (UTF-8) is not understood (regex_syntax.h).
  explicit PythonRegex(std::string_view pattern);

  /// Whether the pattern matches anywhere in `text` (UTF-8).
  bool search(std::string_view text) const;

 private:
  RegexTree tree_;
};

}  // namespace nmt::sacrebleu

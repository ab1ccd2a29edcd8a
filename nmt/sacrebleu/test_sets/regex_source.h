// RegexSource: the text of a regular expression, and the parts of it that have no parts of their
// own: escapes, inline flags, names.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "nmt/sacrebleu/test_sets/regex_syntax.h"

namespace nmt::sacrebleu {

/// The category that `\letter` stands for; none for other letters.
std::optional<RegexCategory> regex_category(char32_t letter);

/// Reads from left to right. All functions throw InputError, through fail(), for what is wrong.
class RegexSource {
 public:
  /// `pattern` in UTF-8.
  explicit RegexSource(std::string_view pattern);

  bool at_end() const { return at_ == text_.size(); }
  char32_t peek() const { return text_[at_]; }  ///< Needs !at_end().
  size_t position() const { return at_; }
  void seek(size_t position) { at_ = position; }

  /// The next character. Needs !at_end().
  char32_t next() { return text_[at_++]; }

  /// The next character; fails with `problem` at the end.
  char32_t next_or(std::string_view problem);

  /// The character behind a backslash.
  char32_t next_escaped() { return next_or("bad escape (end of pattern)"); }

  /// Whether `c` is next; then it is read.
  bool take(char32_t c);

  /// What an escape stands for that begins with `escaped`, behind its backslash: \n, \x41, \u00e4,
  /// \101, or the character itself if it is no letter.
  char32_t take_literal(char32_t escaped);

  /// The inline flags that begin with `first`, up to ":" or ")", put into `flags`. Returns whether
  /// they ended in ":", that is, hold for one group only.
  bool take_flags(char32_t first, RegexFlags& flags);

  /// The group's name before `end`, which is read too.
  std::u32string name_before(char32_t end);

  /// Reads up to the ")" of `(?#...)`.
  void skip_comment();

  /// Throws InputError: the pattern, the place and `problem`.
  [[noreturn]] void fail(std::string_view problem) const;

 private:
  char32_t take_hexadecimal(size_t digits);
  char32_t take_octal(char32_t first);
  void set_flag(char32_t letter, bool value, RegexFlags& flags) const;

  std::u32string text_;
  size_t at_ = 0;
};

}  // namespace nmt::sacrebleu

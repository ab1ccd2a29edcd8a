// SearchPattern: a regular expression that is looked for anywhere in a text, by PCRE2 with the
// character properties of Unicode.
//
//     SearchPattern("US-(crime|world)").is_in("US-crime")

#pragma once

#include <memory>
#include <string>
#include <string_view>

struct pcre2_real_code_8;

namespace nmt::sacrebleu {

class SearchPattern {
 public:
  /// Throws InputError, which says what is wrong and where, if `pattern` (UTF-8) is no regular
  /// expression.
  explicit SearchPattern(std::string pattern);

  /// Whether the pattern matches anywhere in `text` (UTF-8). Throws InputError if that takes more
  /// steps than PCRE2 allows.
  bool is_in(std::string_view text) const;

 private:
  struct FreeCode {
    void operator()(pcre2_real_code_8* code) const;
  };

  std::string pattern_;
  std::unique_ptr<pcre2_real_code_8, FreeCode> code_;
};

}  // namespace nmt::sacrebleu

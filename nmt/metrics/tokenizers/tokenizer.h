// Tokenizer: how BLEU cuts a segment into words. tokenizer_table.h makes one by name.

#pragma once

#include <string>
#include <string_view>

namespace nmt::metrics {

class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  /// Replaces `words` by the words of `segment` (UTF-8, without white space at its end), with white
  /// space (data/text/unicode.h) between them and perhaps more of it around.
  virtual void tokenize(std::string_view segment, std::string& words) const = 0;

  /// What stands in the signature; differs from the name for some.
  virtual std::string signature() const = 0;
};

}  // namespace nmt::metrics

// Tokenizer: how BLEU cuts a segment into words. tokenizer_table.h makes one by name.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nmt::metrics {

/// The words of one segment. Kept from segment to segment, its buffers are allocated once.
struct Words {
  std::vector<std::string_view> views;  ///< In order; parts of the segment or of `text`.
  std::string text;                     ///< Holds the words that are no part of the segment.
};

class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  /// Replaces `words` by the words of `segment` (UTF-8, without white space at its end), with white
  /// space (data/text/unicode.h) between them and perhaps more of it around.
  virtual void tokenize(std::string_view segment, std::string& words) const = 0;

  /// Replaces `words` by those of `segment`, which must stay where it is as long as they are used.
  /// Overridden where the words can be found without writing the tokenized text.
  virtual void split(std::string_view segment, Words& words) const;

  /// What stands in the signature; differs from the name for some.
  virtual std::string signature() const = 0;
};

}  // namespace nmt::metrics

// The tokenizer "intl": separates Unicode punctuation from what is not a number, and every symbol.
//
//     (not N)(P) -> "\1 \2 "      (P)(not N) -> " \1 \2"      (S) -> " \1 "
//
// N, P, S are general categories (data/text/unicode.h); matches do not overlap. A number's final
// full stop at the end of a segment stays with it.
//
// Source: NIST mteval-v14.pl, as in sacreBLEU 2.6.0.

#pragma once

#include "nmt/metrics/tokenizers/tokenizer.h"

namespace nmt::metrics {

class InternationalTokenizer : public Tokenizer {
 public:
  void tokenize(std::string_view segment, std::string& words) const override;
  std::string signature() const override { return "intl"; }
};

}  // namespace nmt::metrics

// The tokenizer "13a", the default: drops "<skipped>", unescapes four XML entities and separates
// ASCII punctuation (western_marks.h), so that it depends on no language.
//
// Source: NIST mteval-v13a.pl, as in sacreBLEU 2.6.0.

#pragma once

#include "nmt/metrics/tokenizers/tokenizer.h"

namespace nmt::metrics {

class Mteval13aTokenizer : public Tokenizer {
 public:
  void tokenize(std::string_view segment, std::string& words) const override;
  void split(std::string_view segment, Words& words) const override;
  std::string signature() const override { return "13a"; }
};

}  // namespace nmt::metrics

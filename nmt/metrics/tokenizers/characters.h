// The tokenizer "char": every code point is a word; white space vanishes.

#pragma once

#include "nmt/metrics/tokenizers/tokenizer.h"

namespace nmt::metrics {

class CharacterTokenizer : public Tokenizer {
 public:
  void tokenize(std::string_view segment, std::string& words) const override;
  std::string signature() const override { return "char"; }
};

}  // namespace nmt::metrics

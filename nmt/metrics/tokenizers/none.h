// The tokenizer "none": words are what white space separates, for text that is tokenized already.

#pragma once

#include "nmt/metrics/tokenizers/tokenizer.h"

namespace nmt::metrics {

class NoneTokenizer : public Tokenizer {
 public:
  void tokenize(std::string_view segment, std::string& words) const override { words = segment; }
  std::string signature() const override { return "none"; }
};

}  // namespace nmt::metrics

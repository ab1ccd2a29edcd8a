// The tokenizer "zh": every Chinese character is a word; the rest is cut as by 13a, without its
// unescaping.
//
// Which characters count as Chinese is sacreBLEU 2.6.0's list, slips included: two of its ranges
// were meant for the supplementary planes but name U+2001-2A6D and U+2F81-2FA1, so that dashes,
// curly quotes and mathematical signs count, and Extension B (U+20000 and up) and kana do not.

#pragma once

#include "nmt/metrics/tokenizers/tokenizer.h"

namespace nmt::metrics {

/// Whether sacreBLEU's list has `code_point`.
bool is_chinese(char32_t code_point);

class ChineseTokenizer : public Tokenizer {
 public:
  void tokenize(std::string_view segment, std::string& words) const override;
  std::string signature() const override { return "zh"; }
};

}  // namespace nmt::metrics

// The tokenizer "ja-mecab": the words that MeCab finds with the dictionary IPADIC.
//
// Every word of the dictionary counts, so it must be IPADIC 2.7.0-20070801 with its 392,126 words,
// as the Python package ipadic 1.0.0 has it. Debian's mecab-ipadic has one more, the name of the
// era that began in 2019; tools/ipadic makes the same bytes as in the Python package from it.
//
// Where IPADIC is looked for, in this order:
//     $NMT_IPADIC, and then nowhere else
//     $SACREBLEU/models/ipadic, or ~/.sacrebleu/models/ipadic: where tools/ipadic puts it
//     ipadic/dicdir among the packages of the Pythons in reach (data_places.h)
//     the dicdir of MeCab's settings, and Debian's /var/lib/mecab/dic/ipadic-utf8

#pragma once

#include "nmt/metrics/tokenizers/mecab_model.h"
#include "nmt/metrics/tokenizers/tokenizer.h"

namespace nmt::metrics {

/// One thread at a time each.
class JapaneseTokenizer : public Tokenizer {
 public:
  /// Throws InputError, which says what is missing and how to get it.
  JapaneseTokenizer();

  void tokenize(std::string_view segment, std::string& words) const override;

  /// "ja-mecab-0.996-IPA".
  std::string signature() const override;

 private:
  mutable MecabSplitter splitter_;  // Changes its buffers only.
};

}  // namespace nmt::metrics

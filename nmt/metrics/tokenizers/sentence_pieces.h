// The tokenizers "flores101" (also called "spm"), "flores200" and "spBLEU-1K": the pieces of a
// SentencePiece model.
//
// The models are not ours; they are taken from the folder in which sacreBLEU keeps them,
// $SACREBLEU/models, or ~/.sacrebleu/models:
//
//     spm, flores101    sacrebleu_tokenizer_spm.model
//     flores200         flores200sacrebleuspm
//     spBLEU-1K         spbleu-1k_tokenizer_spm.model
//
// Source: Goyal et al., TACL 2022 (spBLEU).

#pragma once

#include <memory>

#include "nmt/metrics/tokenizers/tokenizer.h"

namespace nmt::metrics {

class SentencePieceModel;

class SentencePieceTokenizer : public Tokenizer {
 public:
  /// One of the names above. Throws InputError, which says how to get it, if the model is not
  /// there, and if it is none.
  explicit SentencePieceTokenizer(std::string_view name);

  void tokenize(std::string_view segment, std::string& words) const override;

  /// The name; for "spm", "flores101".
  std::string signature() const override { return signature_; }

 private:
  std::string signature_;
  std::shared_ptr<const SentencePieceModel> model_;
};

}  // namespace nmt::metrics

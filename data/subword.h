// Training of a joint SentencePiece model: one list of pieces for source and target.
//
// Special pieces: padding 0, unknown 1, `</s>` 2; no beginning-of-sentence piece. Every character
// of the text gets a piece; byte pieces are an option.
// The same text and options give the same model on every machine, whatever its number of cores.

#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "data/pair_reader.h"
#include "data/subword_kind.h"
#include "data/vocabulary.h"

namespace nmt::data {

struct SubwordOptions {
  SubwordModel model = SubwordModel::kUnigram;
  int64_t vocab_size = 8000;  ///< V, special pieces included; at least 4.
  Normalization normalization = Normalization::kNmtNfkc;
  /// Adds 256 pieces, the bytes, that write characters without a piece of their own.
  bool byte_fallback = false;
  int64_t max_segments = 1'000'000;  ///< Trained on a seeded sample of this many; 0: all.
  uint64_t seed = 1;                 ///< Of that sample.
  text::InvalidUtf8 invalid_utf8 = text::InvalidUtf8::kFail;  ///< For files.
  int64_t memory = 0;  ///< Bytes that training may take by subword_training_memory(); 0: any.
};

/// Estimated peak bytes of training on a sample of `sample_bytes` of text: 30 times as many, what
/// 200,000 segments of 42 MB took under SentencePiece's unigram model.
int64_t subword_training_memory(int64_t sample_bytes);

/// Trains on `segments`. Those over 4,192 bytes and those with U+0000 or U+2585 are
/// left out, as SentencePiece does. Throws
/// InputError if there is no text, if its sample is too large for `memory`, or if vocab_size is too
/// large or too small for it (naming the largest or smallest possible value).
Vocabulary train_vocabulary(std::span<const std::string> segments, const SubwordOptions& options);

/// Trains on both sides of `pairs`.
Vocabulary train_vocabulary(std::span<const SentencePair> pairs, const SubwordOptions& options);

/// Trains on a source and a target file of aligned segments, plain or gzip. Throws InputError as
/// PairReader does, too.
Vocabulary train_vocabulary(const std::string& source_path, const std::string& target_path,
                            const SubwordOptions& options);

}  // namespace nmt::data

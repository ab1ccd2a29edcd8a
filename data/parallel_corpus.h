// ParallelCorpus: the sentence pairs to learn from, as piece ids in memory.
//
// Pairs that cannot be learnt from are dropped and counted. Ids take 2 bytes each where V <= 65,536
// and 4 otherwise, plus 8 bytes a pair: ten million pairs of 2 x 30 pieces need 1.3 GB.
//
// Lengths count `</s>` everywhere.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/compact_sentences.h"
#include "data/pair_reader.h"
#include "data/vocabularies.h"

namespace nmt::data {

struct CorpusOptions {
  text::InvalidUtf8 invalid_utf8 = text::InvalidUtf8::kFail;
  int64_t max_length = 0;         ///< Longest side in pieces, `</s>` included; 0: no limit.
  double max_length_ratio = 0.0;  ///< Longer over shorter side, both with `</s>`; 0: no limit.
  int threads = 1;                ///< That encode; 0: every core. The result is the same.
  int64_t keep_text = 0;          ///< The first so many kept pairs are in text(), too.
};

/// How many pairs were read, and how many were dropped for which reason (the first that holds, in
/// the order of the members).
struct CorpusReport {
  int64_t read = 0;
  int64_t invalid_utf8 = 0;
  int64_t empty = 0;         ///< A side is empty or white space.
  int64_t too_long = 0;      ///< A side is over max_length.
  int64_t length_ratio = 0;  ///< The sides differ by more than max_length_ratio.

  /// Of the kept pairs: those whose target the vocabulary gives back otherwise than it was, by more
  /// than white space. No model over these pieces can ever write it.
  int64_t unwritable = 0;

  int64_t dropped() const { return invalid_utf8 + empty + too_long + length_ratio; }
  int64_t kept() const { return read - dropped(); }

  /// One line, such as "kept 9,990 of 10,000 pairs; dropped 7 with an empty side, 3 too long".
  std::string to_text() const;

  bool operator==(const CorpusReport&) const = default;
};

/// Checksums of the segments of either side (text/checksum.h), of dropped pairs too but for invalid
/// UTF-8 that is skipped. Two corpora with equal ones were read from equal text, whatever their
/// files were called and however they were packed.
struct CorpusChecksums {
  std::string source;
  std::string target;

  bool operator==(const CorpusChecksums&) const = default;
};

class ParallelCorpus {
 public:
  /// Reads and encodes two files of aligned segments, plain or gzip. Throws InputError as
  /// PairReader does, and if no pair is kept (the report is part of the message).
  static ParallelCorpus read(const std::string& source_path, const std::string& target_path,
                             const Vocabularies& vocabularies, const CorpusOptions& options);

  /// Encodes `pairs`, which must be valid UTF-8. Throws InputError if no pair is kept.
  static ParallelCorpus from_pairs(std::span<const SentencePair> pairs,
                                   const Vocabularies& vocabularies, const CorpusOptions& options);

  int64_t size() const { return sources_.size(); }

  /// Pieces with `</s>`; cheap.
  int64_t source_length(int64_t pair) const { return sources_.length(pair) + 1; }
  int64_t target_length(int64_t pair) const { return targets_.length(pair) + 1; }

  /// The pieces of one side without `</s>`.
  std::vector<int32_t> source(int64_t pair) const { return sources_.at(pair); }
  std::vector<int32_t> target(int64_t pair) const { return targets_.at(pair); }

  /// Line of the pair in its files (or place in from_pairs' list), from 1: for messages.
  int64_t line(int64_t pair) const;

  /// The first keep_text pairs as they were read.
  const std::vector<SentencePair>& text() const { return text_; }

  /// What the pairs were encoded with.
  const Vocabularies& vocabularies() const { return vocabularies_; }
  const CorpusReport& report() const { return report_; }
  const CorpusChecksums& checksums() const { return checksums_; }

  /// Pieces of all kept pairs, `</s>` included.
  int64_t source_tokens() const { return sources_.pieces() + size(); }
  int64_t target_tokens() const { return targets_.pieces() + size(); }

  /// Bytes of memory that the corpus holds.
  int64_t memory_bytes() const;

 private:
  friend class CorpusBuilder;
  explicit ParallelCorpus(const Vocabularies& vocabularies);

  Vocabularies vocabularies_;
  CompactSentences sources_;
  CompactSentences targets_;
  std::vector<int64_t> dropped_;  // Lines, ascending.
  std::vector<SentencePair> text_;
  CorpusReport report_;
  CorpusChecksums checksums_;
};

}  // namespace nmt::data

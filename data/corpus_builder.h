// CorpusBuilder: encodes and filters the pairs of a ParallelCorpus, chunk by chunk.

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/parallel_corpus.h"
#include "data/text/checksum.h"

namespace nmt::data {

class CorpusBuilder {
 public:
  CorpusBuilder(const Vocabularies& vocabularies, const CorpusOptions& options);

  /// Adds pairs with their lines, which ascend from call to call. Encodes on several threads; the
  /// result does not depend on their number.
  void add(std::span<const SentencePair> pairs, std::span<const int64_t> lines);

  /// The corpus out of `lines` lines in all; those that were never added count as invalid UTF-8.
  ParallelCorpus finish(int64_t lines);

 private:
  struct EncodedPair {
    std::vector<int32_t> source;
    std::vector<int32_t> target;
    bool writable;  // Whether the target's pieces give its text.
  };

  std::vector<EncodedPair> encode(std::span<const SentencePair> pairs) const;
  void pass_lines(int64_t line);
  int64_t* reason_to_drop(const EncodedPair& pair);

  CorpusOptions options_;
  int threads_;
  int64_t next_line_ = 1;
  text::Checksum source_checksum_;
  text::Checksum target_checksum_;
  ParallelCorpus corpus_;
};

}  // namespace nmt::data

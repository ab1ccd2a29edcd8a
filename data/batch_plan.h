// BatchPlan: which pairs form which batch. No tensors here.
//
// Little padding on both sides: pairs are sorted by target length and taken in groups of whole
// target lengths, about six batches each; a group is sorted by source length, up and down in turn,
// so that neighbours stay alike from group to group. Then they are cut greedily: a batch takes the
// next pair as long as rows × longest side <= max_tokens, `</s>` counted. With a seed, pairs of
// equal lengths are in random order, and so are the batches.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "data/parallel_corpus.h"

namespace nmt::data {

class BatchPlan {
 public:
  /// Plans every pair of `corpus` exactly once. The result depends on nothing but the arguments.
  /// Without `shuffle_seed`, equal lengths are in order of index and the batches in order
  /// of length.
  /// Throws InputError, naming pair and lengths, if one pair alone passes max_tokens.
  BatchPlan(const ParallelCorpus& corpus, int64_t max_tokens,
            std::optional<uint64_t> shuffle_seed = std::nullopt);

  /// Number of batches.
  int64_t size() const { return static_cast<int64_t>(batches_.size()); }

  /// The pairs of batch `index`, as indices into the corpus. Valid as long as the plan.
  std::span<const uint32_t> pairs(int64_t index) const;

 private:
  struct Range {
    uint32_t begin;
    uint32_t end;
  };

  void cut(const ParallelCorpus& corpus, int64_t max_tokens);

  std::vector<uint32_t> pairs_;  // In the order in which they are cut.
  std::vector<Range> batches_;   // Of pairs_.
};

}  // namespace nmt::data

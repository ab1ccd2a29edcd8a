// What a search needs of a model: next-piece scores for a changing set of prefixes.
//
// Shape letters: B sentences, R rows (one prefix each), V vocabulary.

#pragma once

#include <torch/types.h>

#include <cstdint>

namespace nmt::decode {

/// B sentences that wait to be decoded. Before the first step there are B rows, row b the empty
/// prefix of sentence b.
class StepModel {
 public:
  virtual ~StepModel() = default;

  /// B.
  virtual int64_t sentences() const = 0;

  /// Row i becomes the row `parents[i]` of the step before, extended by `pieces[i]`; rows that are
  /// nobody's parent are dropped. Rows of one sentence must be side by side, the sentences in their
  /// order. `pieces` and `parents` are [R] int64 on the CPU. Returns the
  /// logits [R, V] (not normalised) of each row's next piece, on any device.
  /// The first step feeds `</s>` to row b of every sentence b.
  virtual torch::Tensor step(const torch::Tensor& pieces, const torch::Tensor& parents) = 0;
};

}  // namespace nmt::decode

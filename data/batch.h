// One mini-batch of sentence pairs as padded ids.
//
// Shape letters: B sentence pairs, S longest source, T longest target, both with `</s>` counted.

#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace nmt::data {

struct Batch {
  torch::Tensor source;          ///< [B, S] int64; each row its pieces, `</s>`, then padding.
  torch::Tensor source_lengths;  ///< [B] int64, `</s>` included.
  torch::Tensor target;          ///< [B, T] int64; what the decoder must predict.
  torch::Tensor target_lengths;  ///< [B] int64, `</s>` included.
  std::vector<int64_t> pairs;    ///< [B] index of each pair in its corpus.
  /// Source and target pieces of the rows in front of these, if they are a slice of a batch.
  int64_t source_tokens_before = 0;
  int64_t target_tokens_before = 0;

  int64_t size() const { return source.size(0); }
  /// Source pieces without padding, `</s>` included.
  int64_t source_tokens() const { return source_lengths.sum().item<int64_t>(); }
  /// Target pieces without padding, `</s>` included.
  int64_t target_tokens() const { return target_lengths.sum().item<int64_t>(); }
};

/// What the decoder reads to predict the target, [B, T] int64: its `</s>` and then the target
/// without its last column.
torch::Tensor decoder_input(const Batch& batch);

/// Rows begin..end−1 of `batch`, cut to their own longest sides; may share
/// storage with `batch`.
Batch slice(const Batch& batch, int64_t begin, int64_t end);

}  // namespace nmt::data

// The most probable next pieces of each row: the one pass over the whole vocabulary in each step.
//
//     log P(v) = logits_v − log Σ_w e^(logits_w)
//
// Shape letters: R rows, V vocabulary, K pieces wanted.

#pragma once

#include <torch/types.h>

#include <cstdint>
#include <span>
#include <vector>

namespace nmt::decode {

struct ScoredPiece {
  int64_t piece;
  double log_probability;  ///< Finite and at most 0.
};

struct BestPieces {
  /// [R] the K most probable allowed pieces, best first, ties by lower id. Fewer than K where the
  /// other pieces have probability 0 or a score that is not a number.
  std::vector<std::vector<ScoredPiece>> rows;
  std::vector<double> eos;  ///< [R] log P of `</s>`; −∞ where it is 0 or not a number.
};

/// Finds them in `logits` [R, V]. `forbidden` pieces are never chosen, but keep their share of the
/// probability. On the CPU ties are exact; elsewhere which of several equal pieces makes the cut is
/// up to the device.
BestPieces best_pieces(const torch::Tensor& logits, int64_t count, int64_t eos_id,
                       std::span<const int64_t> forbidden);

}  // namespace nmt::decode

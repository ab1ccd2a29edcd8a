// The beam of one sentence: its live prefixes and the best hypotheses finished so far.
//
// One step takes the k most probable extensions of all live prefixes. Those by `</s>` are finished
// hypotheses, the others are the next live prefixes. The n best finished hypotheses are kept, and a
// live prefix that can no longer beat the worst of them (LengthPenalty::bound) leaves the beam; the
// sentence is done when none is left. Nothing is lost by that: every hypothesis that it could have
// become scores less than n others. At the length limit every live prefix is closed by `</s>`, at
// the probability that the model gives to it.
//
// Log-probabilities of pieces are float32, as the model computes them; their sums are float64, so
// that long sentences lose nothing. Ties: the lower parent first, then the lower piece; a finished
// hypothesis stays before a later one of equal score.

#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "nmt/decode/best_pieces.h"
#include "nmt/decode/length_penalty.h"

namespace nmt::decode {

/// A finished translation.
struct Hypothesis {
  std::vector<int64_t> pieces;   ///< Without `</s>`.
  double log_probability = 0.0;  ///< Natural log, `</s>` included.
  double score = 0.0;            ///< log P / len^α, `</s>` counted.
  /// Whether the length limit ended it: the model's most probable next piece was not `</s>`.
  bool cut = false;
};

/// A translation that is still growing.
struct Prefix {
  std::vector<int64_t> pieces;
  double log_probability = 0.0;
  int64_t parent = 0;  ///< Which live prefix of the step before it extends.
};

struct SentenceBeamOptions {
  int64_t beam_size;   ///< k, at least 1.
  int64_t n_best;      ///< n, 1 to k.
  int64_t max_length;  ///< Pieces of the longest hypothesis, `</s>` counted; at least 1.
  int64_t eos_id;
  LengthPenalty length_penalty;
};

class SentenceBeam {
 public:
  /// One live prefix, the empty one.
  explicit SentenceBeam(const SentenceBeamOptions& options);

  /// One step. `next[i]` are the best next pieces of live prefix i, best first, `</s>` among them
  /// if it is that probable; `eos[i]` its log-probability of `</s>`.
  void advance(std::span<const std::vector<ScoredPiece>> next, std::span<const double> eos);

  /// The prefixes to extend, most probable first; empty when the sentence is done.
  const std::vector<Prefix>& live() const { return live_; }

  /// The hypotheses kept, best first; empty only if the model gave no number to any of them.
  const std::vector<Hypothesis>& finished() const { return finished_; }

 private:
  void close_all(std::span<const std::vector<ScoredPiece>> next, std::span<const double> eos);
  void finish(const Prefix& prefix, double log_probability, bool cut);
  void drop_hopeless();

  SentenceBeamOptions options_;
  int64_t length_ = 0;  // Of every live prefix.
  std::vector<Prefix> live_;
  std::vector<Hypothesis> finished_;
};

}  // namespace nmt::decode

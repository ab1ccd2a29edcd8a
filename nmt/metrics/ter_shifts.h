// The search of TER: move phrases of the hypothesis, one at a time, while that saves edits.
//
// A phrase of at most 10 words that also stands in the reference, at most 50 words away, may be
// moved if both places have errors, to where its words are aligned in the reference. The move that
// saves most wins; then the longest phrase, the earliest, the earliest target. After 1,000 moves
// tried for one segment the search ends and what the last round found is dropped.
//
// Source: Snover et al., AMTA 2006; Tercom; sacreBLEU 2.6.0, whose limits these are.

#pragma once

#include <cstdint>
#include <span>

#include "nmt/metrics/beam_edit_distance.h"

namespace nmt::metrics {

class TerShifts {
 public:
  /// The number of edits, moves included, that turn `hypothesis` into `reference`. Words are
  /// numbers. One thread at a time.
  int edits(std::span<const uint32_t> hypothesis, std::span<const uint32_t> reference);

 private:
  // How the hypothesis lies against the reference.
  struct Alignment {
    std::vector<int> targets;  // [R]: the hypothesis word at or before each reference word.
    std::vector<int> hypothesis_errors;  // [H + 1]: errors before each word.
    std::vector<int> reference_errors;   // [R + 1]
  };
  struct Shift {
    int gain = 0;  // Edits saved; a shift that saves none is no shift.
    size_t start = 0, length = 0, target = 0;
  };

  void align();
  Shift best_shift(std::span<const uint32_t> reference, int distance);
  void try_targets(size_t start, size_t reference_start, size_t length, int distance, Shift& best);
  void apply(size_t start, size_t length, size_t target, std::vector<uint32_t>& result) const;

  BeamEditDistance distance_;
  Alignment alignment_;
  std::vector<uint32_t> words_, variant_;
  int tried_ = 0;
};

}  // namespace nmt::metrics

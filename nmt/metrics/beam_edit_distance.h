// BeamEditDistance: the edit distance between a hypothesis and one reference, and how to get from
// one to the other, along a beam round the diagonal. All edits cost 1.
//
//     d(i, j) = min(d(i-1, j-1) + [h_i ≠ r_j], d(i-1, j) + 1, d(i, j-1) + 1)
//
// for j from c_i - b to c_i + b - 1 with c_i = ⌊i · R / H⌋ and b = 25, or more where R / H is above
// 50; the last row runs to its end. Equally cheap edits: substitution before deletion before
// insertion.
//
// The rows of the last base() are kept. distance_from() measures a variant of it, of the same
// length, and recomputes only what follows the first difference.
//
// Source: sacreBLEU 2.6.0, after Tercom. Shape letters: H hypothesis words, R reference words.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace nmt::metrics {

enum class Edit : uint8_t {
  kMatch,
  kSubstitution,
  kInsertion,  ///< A reference word that the hypothesis lacks.
  kDeletion,   ///< A hypothesis word that the reference lacks.
};

class BeamEditDistance {
 public:
  /// Starts a pair of texts with `hypothesis_words` (H) words against `reference` [R], which must
  /// stay where it is.
  void start(size_t hypothesis_words, std::span<const uint32_t> reference);

  /// Measures `hypothesis` [H] and keeps its rows: the number of edits.
  int base(std::span<const uint32_t> hypothesis);

  /// The edits of the last base(), first to last.
  std::vector<Edit> edits() const;

  /// The number of edits of `variant` [H], whose first `same` words are those of the last base().
  /// If it is above `limit`, any number above `limit` may be returned, sooner.
  int distance_from(std::span<const uint32_t> variant, size_t same, int limit);

 private:
  void choose_beam();
  // Fills row `index` of `to` for `word` from the row before in `from`; returns its smallest entry.
  int fill_row(size_t index, uint32_t word, const int* before, int* row) const;

  size_t hypothesis_words_ = 0;
  size_t columns_ = 1;  // R + 1
  std::span<const uint32_t> reference_;
  std::vector<size_t> beam_starts_, beam_ends_;  // [H + 1], columns of each row.
  std::vector<uint32_t> hypothesis_;             // Of the last base().
  std::vector<int> rows_;                        // [H + 1, R + 1], of the last base().
  std::vector<int> scratch_;                     // [2, R + 1]
};

}  // namespace nmt::metrics

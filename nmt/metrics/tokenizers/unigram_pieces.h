// UnigramPieces: the likeliest segmentation of a normalized text under a SentencePiece unigram
// model.
//
//     max over segmentations x_1 ... x_n of   Σ log p(x_i)
//
// SentencePiece finds it itself, but versions before 0.2 add in double precision and later ones in
// float, so that of segmentations that are equally likely ("0 000" and "000 0") they take different
// ones. sacreBLEU runs with the later ones; this adds in float, left to right, like them.
//
// Source: Kudo, ACL 2018.

#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace nmt::metrics {

class UnigramPieces {
 public:
  struct Piece {
    std::string text;
    float score = 0.0F;  ///< log p
  };

  struct Part {
    std::string_view text;
    bool is_piece = false;
  };

  /// What a model has for matching, user-defined pieces with the score that they compete with; all
  /// different and not empty. `unknown_score` is that of a character that is no piece.
  UnigramPieces(std::vector<Piece> pieces, float unknown_score);

  /// Replaces `parts` by those of `text` (UTF-8), in order. Neighbouring characters that are no
  /// pieces make one part.
  void split(std::string_view text, std::vector<Part>& parts) const;

 private:
  // The pieces [first, last) that begin with what has been read.
  struct Range {
    size_t first = 0, last = 0;
  };

  // The best way to an offset.
  struct Arrival {
    float score = 0.0F;
    size_t start = 0;  // Where its last part begins.
    bool reached = false, is_piece = false;
  };

  Range narrowed(Range range, size_t depth, unsigned char byte) const;
  void extend(std::string_view text, size_t start, std::vector<Arrival>& arrivals) const;

  std::vector<Piece> pieces_;  // Sorted by text.
  std::array<Range, 256> by_first_byte_;
  float unknown_score_;
};

}  // namespace nmt::metrics

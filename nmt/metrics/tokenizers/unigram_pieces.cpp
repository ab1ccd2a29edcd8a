#include "nmt/metrics/tokenizers/unigram_pieces.h"

#include <algorithm>

namespace nmt::metrics {
namespace {

unsigned char byte_at(std::string_view text, size_t position) {
  return static_cast<unsigned char>(text[position]);
}

// Bytes of the character at `start`.
size_t character_length(std::string_view text, size_t start) {
  const unsigned char lead = byte_at(text, start);
  const size_t length = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  return std::min(length, text.size() - start);
}

}  // namespace

UnigramPieces::UnigramPieces(std::vector<Piece> pieces, float unknown_score)
    : pieces_(std::move(pieces)), unknown_score_(unknown_score) {
  std::sort(pieces_.begin(), pieces_.end(),
            [](const Piece& a, const Piece& b) { return a.text < b.text; });
  for (unsigned byte = 0; byte < by_first_byte_.size(); ++byte) {
    by_first_byte_[byte] = narrowed({0, pieces_.size()}, 0, static_cast<unsigned char>(byte));
  }
}

// All pieces of `range` agree in their first `depth` bytes; those with `byte` behind them are left.
UnigramPieces::Range UnigramPieces::narrowed(Range range, size_t depth, unsigned char byte) const {
  const auto begin = pieces_.begin();
  const auto behind = [&](const Piece& piece) {
    return piece.text.size() <= depth ? -1 : static_cast<int>(byte_at(piece.text, depth));
  };
  if (range.first < range.last && behind(pieces_[range.first]) == byte &&
      behind(pieces_[range.last - 1]) == byte) {
    return range;
  }
  const auto first = std::partition_point(begin + range.first, begin + range.last,
                                          [&](const Piece& piece) { return behind(piece) < byte; });
  const auto last = std::partition_point(first, begin + range.last,
                                         [&](const Piece& piece) { return behind(piece) <= byte; });
  return {static_cast<size_t>(first - begin), static_cast<size_t>(last - begin)};
}

void UnigramPieces::extend(std::string_view text, size_t start,
                           std::vector<Arrival>& arrivals) const {
  const float so_far = arrivals[start].score;
  const auto arrive = [&](size_t end, float score, bool is_piece) {
    Arrival& arrival = arrivals[end];
    const float total = so_far + score;
    if (!arrival.reached || total > arrival.score) arrival = {total, start, true, is_piece};
  };
  const size_t character = character_length(text, start);
  bool character_is_piece = false;
  Range range = by_first_byte_[byte_at(text, start)];
  for (size_t length = 1; range.first < range.last; ++length) {
    const Piece& piece = pieces_[range.first];
    if (piece.text.size() == length) {  // The shortest comes first.
      arrive(start + length, piece.score, true);
      character_is_piece = character_is_piece || length == character;
    }
    if (start + length == text.size()) break;
    range = narrowed(range, length, byte_at(text, start + length));
  }
  if (!character_is_piece) arrive(start + character, unknown_score_, false);
}

void UnigramPieces::split(std::string_view text, std::vector<Part>& parts) const {
  parts.clear();
  std::vector<Arrival> arrivals(text.size() + 1);
  for (size_t start = 0; start < text.size(); start += character_length(text, start)) {
    extend(text, start, arrivals);
  }
  for (size_t end = text.size(); end > 0; end = arrivals[end].start) {
    const Arrival& arrival = arrivals[end];
    const size_t length = end - arrival.start;
    if (!arrival.is_piece && !parts.empty() && !parts.back().is_piece) {
      parts.back().text = text.substr(arrival.start, length + parts.back().text.size());
    } else {
      parts.push_back({text.substr(arrival.start, length), arrival.is_piece});
    }
  }
  std::reverse(parts.begin(), parts.end());
}

}  // namespace nmt::metrics

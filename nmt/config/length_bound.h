// How long a translation may become: a times the source's pieces plus b, written "2x+10".

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace nmt::config {

struct LengthBound {
  double factor = 2.0;  ///< a >= 0, translation pieces for each source piece.
  int64_t pieces = 10;  ///< b >= 0; at least 1 where a is 0.

  /// Largest number of pieces of a translation of a source with so many pieces, `</s>` counted in
  /// both, as everywhere.
  int64_t of(int64_t source_pieces) const;
  bool operator==(const LengthBound&) const = default;
};

/// "2x+10", "1.5x" or "40". Throws UsageError, with the grammar, if `text` is none of that form.
LengthBound parse_length_bound(std::string_view text);

/// What parse_length_bound() reads back: "2x+10".
std::string to_string(const LengthBound& bound);

}  // namespace nmt::config

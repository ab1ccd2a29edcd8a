// CharacterSet: which bytes are which characters, for encodings in which that depends on nothing
// but the bytes of the character itself.
//
// iconv is asked about one sequence of bytes at a time, the first time that it occurs, and its
// answer, patched, is kept in a tree by bytes. Asking about whole texts would not do: iconv takes
// other bytes for invalid than Python, and in some encodings joins letters with their accents.

#pragma once

#include <iconv.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "nmt/sacrebleu/encodings/encoding_tables.h"

namespace nmt::sacrebleu {

class CharacterSet {
 public:
  enum class Kind : uint8_t { unasked, invalid, beginning, character };

  /// What a sequence of bytes is.
  struct Meaning {
    Kind kind = Kind::unasked;
    char16_t companion = 0;  ///< A character's second code point; 0: none.
    uint32_t value = 0;      ///< A beginning: the node for the next byte. A character: code point.
  };

  /// Where all characters start.
  static constexpr uint32_t kRoot = 0;

  /// The set called `name` in encoding_tables.h. Throws InputError if iconv of this machine lacks
  /// it.
  explicit CharacterSet(std::string_view name);
  ~CharacterSet();
  CharacterSet(const CharacterSet&) = delete;
  CharacterSet& operator=(const CharacterSet&) = delete;

  /// What `byte` is behind the bytes that led to `node`: kRoot, or the value of a beginning.
  /// Never unasked.
  const Meaning& meaning(uint32_t node, unsigned char byte) {
    const Meaning& known = nodes_[node]->next[byte];
    return known.kind == Kind::unasked ? ask(node, byte) : known;
  }

 private:
  struct Node {
    uint32_t sequence = 0;  // The bytes that lead here, as a big-endian number.
    std::array<Meaning, 256> next;
  };

  const Meaning& ask(uint32_t node, unsigned char byte);
  Meaning patched(uint32_t sequence) const;
  Meaning by_iconv(iconv_t converter, uint32_t sequence);
  uint32_t new_node(uint32_t sequence);

  const CharacterSetRow& row_;
  iconv_t first_, second_;
  std::vector<std::unique_ptr<Node>> nodes_;
};

}  // namespace nmt::sacrebleu

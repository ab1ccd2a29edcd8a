// SymbolTable: small integers for the words of one segment and its references, so that n-grams are
// compared as numbers. Made to be cleared and refilled for every segment without allocating.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace nmt::metrics {

class SymbolTable {
 public:
  SymbolTable();

  /// Forgets every symbol. O(symbols).
  void clear();

  /// The number of `word`, counted from 0 in the order of first appearance. The text must stay
  /// where it is until clear(). O(length).
  uint32_t id(std::string_view word);

  /// How many different words there are.
  size_t size() const { return words_.size(); }

 private:
  struct Word {
    std::string_view text;
    uint64_t hash;
  };

  void grow();
  size_t find_slot(std::string_view word, uint64_t hash) const;

  std::vector<Word> words_;
  std::vector<uint32_t> slots_;  // 0: free; otherwise 1 + index into words_. A power of two.
};

}  // namespace nmt::metrics

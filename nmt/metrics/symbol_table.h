// SymbolTable: small integers for the words of one segment and its references, so that n-grams are
// compared as numbers. Made to be cleared and refilled for every segment without allocating.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
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

/// The same for characters.
class CodePointTable {
 public:
  CodePointTable() : pages_(kPages) {}

  /// Forgets every character. O(different characters).
  void clear() {
    for (const char32_t code_point : seen_)
      (*pages_[code_point / kPageSize])[code_point % kPageSize] = 0;
    seen_.clear();
  }

  /// The number of `code_point`, at most U+10FFFF, counted from 0 in the order of first appearance.
  uint32_t id(char32_t code_point) {
    std::unique_ptr<Page>& page = pages_[code_point / kPageSize];
    if (!page) page = std::make_unique<Page>();
    uint32_t& number = (*page)[code_point % kPageSize];
    if (number == 0) {
      seen_.push_back(code_point);
      number = static_cast<uint32_t>(seen_.size());
    }
    return number - 1;
  }

  /// How many different characters there are.
  size_t size() const { return seen_.size(); }

 private:
  static constexpr size_t kPageSize = 256;
  static constexpr size_t kPages = 0x200000 / kPageSize;  // All that next_code_point() can return.
  using Page = std::array<uint32_t, kPageSize>;           // 1 + number; 0: not seen.

  std::vector<std::unique_ptr<Page>> pages_;
  std::vector<char32_t> seen_;
};

}  // namespace nmt::metrics

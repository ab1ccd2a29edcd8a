// CodePointTable: small integers for the characters of one segment and its references. Made to be
// cleared and refilled for every segment.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace nmt::metrics {

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

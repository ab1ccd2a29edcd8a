// NgramMatcher: clipped n-gram matches of all orders at once.
//
//     matched_n = Σ_g min(count of g in the hypothesis, max_k count of g in reference k)
//
// where g runs over the different n-grams of order n. No n-gram is ever built: each position of
// each text becomes one number that packs the next N symbols and the text it stands in; in the
// sorted numbers the n-grams of every order are neighbours, so one pass counts them all. O(L log L)
// for L positions. Texts with too many symbols to pack N of them go through one sort an order
// instead.
//
// Shape letters: N the longest order.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace nmt::metrics {

/// A text as symbols, numbered from 0.
using SymbolText = std::vector<uint32_t>;

class NgramMatcher {
 public:
  /// Counts orders 1 to `max_order`, at least 1.
  explicit NgramMatcher(int max_order);

  /// Sets matched [N] for orders 1 to N. Every symbol is below `symbols`. Keeps its buffers, so one
  /// matcher may be used by one thread at a time.
  void match(const SymbolText& hypothesis, std::span<const SymbolText> references, size_t symbols,
             std::span<double> matched);

 private:
  struct Position {
    uint64_t key;    // Class of the first n - 1 symbols, then symbol n.
    uint32_t text;   // 0: the hypothesis, k: reference k - 1.
    uint32_t index;  // Into classes_.
  };

  void match_packed(const SymbolText& hypothesis, std::span<const SymbolText> references,
                    size_t symbols, int symbol_bits, int text_bits, std::span<double> matched);
  void append_keys(const SymbolText& text, uint64_t text_number, int symbol_bits, int text_bits);
  void sort_keys(size_t symbols, int shift);
  void count_packed(size_t reference_count, int symbol_bits, int text_bits,
                    std::span<double> matched);
  void count_packed_pair(int symbol_bits, std::span<double> matched);
  void divide_by(int symbol_bits);

  void match_order_by_order(const SymbolText& hypothesis, std::span<const SymbolText> references,
                            std::span<double> matched);
  double count_order(size_t reference_count);

  int max_order_;
  std::vector<uint64_t> keys_, buckets_;
  std::vector<uint32_t> bucket_ends_;
  std::vector<size_t> counts_;  // [1 + references]: positions seen, by text.
  std::vector<size_t>
      run_starts_;  // [N, 1 + references]: counts_ where the run of each order began.
  int divisor_ = 0;
  std::array<int, 65> quotients_{};  // Of 0 to 64 by divisor_.
  std::vector<Position> positions_;
  std::vector<uint32_t> classes_;
};

}  // namespace nmt::metrics

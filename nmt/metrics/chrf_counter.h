// ChrfCounter: the row of chrF's statistics of one segment.
//
// Shape letters: N orders, character orders first; W = 3 N columns: for each order n-grams of the
// hypothesis (0 if the reference has none), of the reference, matched.

#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nmt/metrics/chrf.h"
#include "nmt/metrics/code_point_table.h"
#include "nmt/metrics/ngram_matcher.h"
#include "nmt/metrics/symbol_table.h"

namespace nmt::metrics {

class ChrfCounter : public SegmentCounter {
 public:
  explicit ChrfCounter(const ChrfOptions& options);

  /// W of one row. Throws InputError if there is no order to count.
  static size_t columns(const ChrfOptions& options);

  /// Fills `row` [W] from the hypothesis and the best of its references.
  void count(std::string_view hypothesis, std::span<const std::string_view> references,
             std::span<double> row) override;

 private:
  // A segment as symbols. `lower` holds what the words are parts of, where case is ignored.
  struct Symbols {
    std::string lower;
    SymbolText characters;
    SymbolText words;
  };

  void read_symbols(std::string_view segment, Symbols& symbols);
  void read_words(std::string_view segment, SymbolText& words);
  void count_against(const Symbols& reference, std::span<double> row);

  ChrfOptions options_;
  size_t char_order_, word_order_;
  CodePointTable characters_;
  SymbolTable words_;
  NgramMatcher character_matcher_, word_matcher_;
  Symbols hypothesis_;
  std::vector<Symbols> references_;
  std::vector<std::string_view> parts_;
  std::vector<double> matched_, candidate_;
};

}  // namespace nmt::metrics

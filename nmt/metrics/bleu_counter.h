// BleuCounter: the row of BLEU's statistics of one segment.
//
// Shape letters: N longest order, W = 2 + 2 N columns: hypothesis length, closest reference length
// (the shorter of equally close ones), N matched, N totals.

#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nmt/metrics/bleu.h"
#include "nmt/metrics/ngram_matcher.h"
#include "nmt/metrics/symbol_table.h"
#include "nmt/metrics/tokenizers/tokenizer.h"

namespace nmt::metrics {

class BleuCounter : public SegmentCounter {
 public:
  /// Throws UsageError if the tokenizer is unknown.
  explicit BleuCounter(const BleuOptions& options);

  /// Fills `row` [W].
  void count(std::string_view hypothesis, std::span<const std::string_view> references,
             std::span<double> row) override;

  const Tokenizer& tokenizer() const { return *tokenizer_; }

 private:
  // Buffers of one text: its words stay where they are until the row is counted.
  struct Text {
    std::string lower;
    Words words;
  };

  void read_symbols(std::string_view segment, Text& text, SymbolText& symbols);

  bool lowercase_;
  size_t max_order_;
  std::unique_ptr<Tokenizer> tokenizer_;
  SymbolTable table_;
  NgramMatcher matcher_;
  std::vector<Text> texts_;  // The hypothesis, then its references.
  SymbolText hypothesis_;
  std::vector<SymbolText> references_;
};

}  // namespace nmt::metrics

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

class BleuCounter {
 public:
  /// Throws UsageError if the tokenizer is unknown.
  explicit BleuCounter(const BleuOptions& options);

  /// `segment` in lower case if that is asked for, without white space at its end, tokenized: words
  /// between white space.
  std::string prepare(std::string_view segment) const;

  /// Fills `row` [W] for a prepared hypothesis and its prepared references, of which there must be
  /// at least one. One thread at a time.
  void count(std::string_view hypothesis, std::span<const std::string> references,
             std::span<double> row);

  const Tokenizer& tokenizer() const { return *tokenizer_; }

 private:
  void read_symbols(std::string_view words, SymbolText& symbols);

  bool lowercase_;
  size_t max_order_;
  std::unique_ptr<Tokenizer> tokenizer_;
  SymbolTable table_;
  NgramMatcher matcher_;
  std::vector<std::string_view> words_;
  SymbolText hypothesis_;
  std::vector<SymbolText> references_;
};

}  // namespace nmt::metrics

#include "nmt/metrics/bleu_counter.h"

#include <algorithm>
#include <cstdlib>

#include "data/text/error.h"
#include "data/text/unicode.h"
#include "data/text/unicode_case.h"
#include "nmt/metrics/tokenizer_table.h"

namespace nmt::metrics {
namespace {

int64_t closest_length(int64_t hypothesis_length, std::span<const SymbolText> references) {
  int64_t closest = static_cast<int64_t>(references.front().size());
  for (const SymbolText& reference : references) {
    const auto length = static_cast<int64_t>(reference.size());
    const int64_t distance = std::abs(hypothesis_length - length);
    const int64_t best = std::abs(hypothesis_length - closest);
    if (distance < best || (distance == best && length < closest)) closest = length;
  }
  return closest;
}

}  // namespace

BleuCounter::BleuCounter(const BleuOptions& options)
    : lowercase_(options.lowercase),
      max_order_(options.max_order),
      tokenizer_(make_tokenizer(options.tokenize)),
      matcher_(options.max_order) {
  if (options.max_order < 1)
    throw UsageError("BLEU: max_order is ", options.max_order, "; need 1 or more");
}

std::string BleuCounter::prepare(std::string_view segment) const {
  std::string words;
  if (lowercase_) {
    const std::string lower = text::lower(segment);
    tokenizer_->tokenize(text::strip_right(lower), words);
  } else {
    tokenizer_->tokenize(text::strip_right(segment), words);
  }
  return words;
}

void BleuCounter::count(std::string_view hypothesis, std::span<const std::string> references,
                        std::span<double> row) {
  table_.clear();
  read_symbols(hypothesis, hypothesis_);
  references_.resize(references.size());
  for (size_t k = 0; k < references.size(); ++k) read_symbols(references[k], references_[k]);

  const auto length = static_cast<int64_t>(hypothesis_.size());
  row[0] = static_cast<double>(length);
  row[1] = static_cast<double>(closest_length(length, references_));
  matcher_.match(hypothesis_, references_, table_.size(), row.subspan(2, max_order_));
  for (size_t n = 0; n < max_order_; ++n) {
    row[2 + max_order_ + n] = std::max<double>(0.0, static_cast<double>(length) - n);
  }
}

void BleuCounter::read_symbols(std::string_view words, SymbolText& symbols) {
  text::split_at_white_space(words, words_);
  symbols.clear();
  for (const std::string_view word : words_) symbols.push_back(table_.id(word));
}

}  // namespace nmt::metrics

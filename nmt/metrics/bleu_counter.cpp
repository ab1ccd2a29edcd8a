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

void BleuCounter::count(std::string_view hypothesis, std::span<const std::string_view> references,
                        std::span<double> row) {
  table_.clear();
  texts_.resize(references.size() + 1);
  references_.resize(references.size());
  read_symbols(hypothesis, texts_[0], hypothesis_);
  for (size_t k = 0; k < references.size(); ++k) {
    read_symbols(references[k], texts_[k + 1], references_[k]);
  }

  const auto length = static_cast<int64_t>(hypothesis_.size());
  row[0] = static_cast<double>(length);
  row[1] = static_cast<double>(closest_length(length, references_));
  matcher_.match(hypothesis_, references_, table_.size(), row.subspan(2, max_order_));
  for (size_t n = 0; n < max_order_; ++n) {
    row[2 + max_order_ + n] = std::max<double>(0.0, static_cast<double>(length) - n);
  }
}

// In lower case if that is asked for, without white space at the end, tokenized.
void BleuCounter::read_symbols(std::string_view segment, Text& text, SymbolText& symbols) {
  if (lowercase_) {
    text.lower = text::lower(segment);
    segment = text.lower;
  }
  tokenizer_->split(text::strip_right(segment), text.words);
  symbols.clear();
  for (const std::string_view word : text.words.views) symbols.push_back(table_.id(word));
}

}  // namespace nmt::metrics

#include "nmt/metrics/bleu.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "data/text/error.h"
#include "data/text/unicode.h"
#include "data/text/unicode_case.h"
#include "nmt/metrics/ngram_matcher.h"
#include "nmt/metrics/python_format.h"
#include "nmt/metrics/symbol_table.h"
#include "nmt/metrics/tokenizer_table.h"

namespace nmt::metrics {
namespace {

constexpr double kLogOfZero = -9999999999.0;

// Matches and totals of one order, as smoothing changes them.
struct Ratio {
  NumpyNumber correct, total;
};

double default_smooth_value(SmoothMethod method) {
  return method == SmoothMethod::kFloor ? 0.1 : 1.0;
}

double smooth_value(const BleuOptions& options) {
  return options.smooth_value.value_or(default_smooth_value(options.smooth_method));
}

// numpy adds k in place, so that integer sums stay integers.
NumpyNumber add_smoothing(NumpyNumber sum, double value, Arithmetic arithmetic) {
  const NumpyNumber smoothed = sum + value;
  return arithmetic == Arithmetic::kInteger ? NumpyNumber(std::trunc(smoothed.value())) : smoothed;
}

double log_or_floor(double value) {
  if (value == 0.0) return kLogOfZero;
  if (value < 0.0) {
    throw InputError("BLEU: the smoothing value makes a precision negative (", value,
                     "), which has no logarithm; give a positive value");
  }
  return std::log(value);
}

double brevity_penalty(int64_t hypothesis_length, int64_t reference_length) {
  if (hypothesis_length >= reference_length) return 1.0;
  if (hypothesis_length == 0) return 0.0;
  return std::exp(1.0 - static_cast<double>(reference_length) / hypothesis_length);
}

// Fills score.precisions; returns N, or less with effective order.
int smoothed_precisions(const BleuOptions& options, Arithmetic arithmetic,
                        std::span<const double> sums, BleuScore& score) {
  const double value = smooth_value(options);
  int order = options.max_order;
  double exp_divisor = 1.0;
  for (int n = 0; n < options.max_order; ++n) {
    Ratio ratio{NumpyNumber::of_sum(sums[2 + n], arithmetic),
                NumpyNumber::of_sum(sums[2 + options.max_order + n], arithmetic)};
    if (options.smooth_method == SmoothMethod::kAddK && n > 0) {
      ratio.correct = add_smoothing(ratio.correct, value, arithmetic);
      ratio.total = add_smoothing(ratio.total, value, arithmetic);
    }
    if (ratio.total.value() == 0.0) break;
    if (options.effective_order) order = n + 1;
    NumpyNumber precision = 0.0;
    if (ratio.correct.value() != 0.0) {
      precision = NumpyNumber(100.0) * ratio.correct / ratio.total;
    } else if (options.smooth_method == SmoothMethod::kExp) {
      exp_divisor *= 2.0;
      precision = NumpyNumber(100.0) / (NumpyNumber(exp_divisor) * ratio.total);
    } else if (options.smooth_method == SmoothMethod::kFloor) {
      precision = NumpyNumber(100.0 * value) / ratio.total;
    }
    score.precisions[n] = precision.value();
  }
  return order;
}

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

// The row of BLEU's statistics of one segment.
//
// Shape letters: N longest order, W = 2 + 2 N columns: hypothesis length, closest reference length
// (the shorter of equally close ones), N matched, N totals.
class BleuCounter : public SegmentCounter {
 public:
  // Throws UsageError if the tokenizer is unknown.
  explicit BleuCounter(const BleuOptions& options);

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

BleuScore bleu_from_sums(std::span<const double> sums, const BleuOptions& options,
                         Arithmetic arithmetic) {
  const size_t order = options.max_order;
  BleuScore score;
  score.hypothesis_length = static_cast<int64_t>(sums[0]);
  score.reference_length = static_cast<int64_t>(sums[1]);
  const auto counts = sums.subspan(2, order);
  score.counts.assign(counts.begin(), counts.end());
  score.totals.assign(sums.begin() + 2 + order, sums.begin() + 2 + 2 * order);
  score.precisions.assign(order, 0.0);
  score.brevity_penalty = brevity_penalty(score.hypothesis_length, score.reference_length);
  if (std::all_of(counts.begin(), counts.end(), [](double count) { return count == 0.0; })) {
    return score;
  }
  const int used = smoothed_precisions(options, arithmetic, sums, score);
  double log_sum = 0.0;
  for (int n = 0; n < used; ++n) log_sum += log_or_floor(score.precisions[n]);
  score.score = score.brevity_penalty * std::exp(log_sum / used);
  return score;
}

std::string smoothing_text(const BleuOptions& options) {
  std::string text = kSmoothMethodNames[static_cast<size_t>(options.smooth_method)];
  if (options.smooth_method == SmoothMethod::kFloor ||
      options.smooth_method == SmoothMethod::kAddK) {
    text += '[' + fixed(smooth_value(options), 2) + ']';
  }
  return text;
}

class BleuMetric : public Metric {
 public:
  BleuMetric(const BleuOptions& options, std::span<const std::vector<std::string>> streams)
      : Metric(streams), options_(options), counter_(options) {}

  std::string name() const override { return "BLEU"; }
  std::vector<SignaturePart> signature_parts() const override {
    return {{"case", "c", options_.lowercase ? "lc" : "mixed"},
            {"eff", "e", options_.effective_order ? "yes" : "no"},
            {"tok", "tok", counter_.tokenizer().signature()},
            {"smooth", "s", smoothing_text(options_)}};
  }

  NumpyNumber score(std::span<const double> sums, Arithmetic arithmetic) const override {
    return bleu_from_sums(sums, options_, arithmetic).score;
  }

  std::string details(std::span<const double> sums) const override {
    return bleu_from_sums(sums, options_, Arithmetic::kPython).details();
  }

 private:
  size_t columns() const override { return 2 + 2 * options_.max_order; }
  std::unique_ptr<SegmentCounter> make_counter() const override {
    return std::make_unique<BleuCounter>(options_);
  }

  BleuOptions options_;
  BleuCounter counter_;  // Made here so that wrong options are refused at once.
};

}  // namespace

std::string BleuScore::details() const {
  std::string text;
  for (const double precision : precisions) text += (text.empty() ? "" : "/") + fixed(precision, 1);
  const double ratio =
      reference_length == 0 ? 0.0 : static_cast<double>(hypothesis_length) / reference_length;
  return text + " (BP = " + fixed(brevity_penalty, 3) + " ratio = " + fixed(ratio, 3) +
         " hyp_len = " + std::to_string(hypothesis_length) +
         " ref_len = " + std::to_string(reference_length) + ")";
}

BleuScore corpus_bleu(std::span<const std::string> hypotheses,
                      std::span<const std::vector<std::string>> reference_streams,
                      const BleuOptions& options) {
  const StatisticsTable table = BleuMetric(options, reference_streams).statistics(hypotheses);
  return bleu_from_sums(table.sums(), options, Arithmetic::kPython);
}

std::unique_ptr<Metric> make_bleu(const BleuOptions& options,
                                  std::span<const std::vector<std::string>> reference_streams) {
  return std::make_unique<BleuMetric>(options, reference_streams);
}

}  // namespace nmt::metrics

#include "nmt/metrics/chrf.h"

#include <algorithm>

#include "data/text/error.h"
#include "data/text/unicode.h"
#include "data/text/unicode_case.h"
#include "nmt/metrics/ngram_matcher.h"
#include "nmt/metrics/symbol_table.h"

namespace nmt::metrics {
namespace {

constexpr double kEpsilon = 1e-16;

NumpyNumber chrf_from_sums(std::span<const double> sums, const ChrfOptions& options,
                           Arithmetic arithmetic) {
  const NumpyNumber factor = static_cast<double>(options.beta) * options.beta;
  const NumpyNumber factor_plus_1 = factor.value() + 1.0;
  const int orders = options.char_order + options.word_order;
  NumpyNumber score, precision_sum, recall_sum;
  int effective_orders = 0;
  for (int i = 0; i < orders; ++i) {
    const auto hypothesis = NumpyNumber::of_sum(sums[3 * i], arithmetic);
    const auto reference = NumpyNumber::of_sum(sums[3 * i + 1], arithmetic);
    const auto matched = NumpyNumber::of_sum(sums[3 * i + 2], arithmetic);
    const NumpyNumber precision = hypothesis.value() > 0 ? matched / hypothesis : kEpsilon;
    const NumpyNumber recall = reference.value() > 0 ? matched / reference : kEpsilon;
    const NumpyNumber divisor = factor * precision + recall;
    score = score + (divisor.value() > 0 ? factor_plus_1 * precision * recall / divisor
                                         : NumpyNumber(kEpsilon));
    if (hypothesis.value() > 0 && reference.value() > 0) {
      precision_sum = precision_sum + precision;
      recall_sum = recall_sum + recall;
      ++effective_orders;
    }
  }
  if (options.eps_smoothing) return NumpyNumber(100.0) * score / NumpyNumber(orders);
  if (effective_orders == 0) return 0.0;
  const NumpyNumber precision = precision_sum / NumpyNumber(effective_orders);
  const NumpyNumber recall = recall_sum / NumpyNumber(effective_orders);
  if ((precision + recall).value() == 0.0) return 0.0;
  return NumpyNumber(100.0) * (factor_plus_1 * precision * recall / (factor * precision + recall));
}

bool is_mark(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
         (c >= '{' && c <= '~');
}

bool is_space(char32_t code_point) {
  if (code_point < 0x80) return text::is_ascii_white_space(static_cast<unsigned char>(code_point));
  return text::is_white_space(code_point);
}

bool is_one_character(std::string_view word) {
  size_t position = 0;
  text::next_code_point(word, position);
  return position == word.size();
}

// Triples of (hypothesis, reference, matched) for orders 1 to N of one kind of symbol.
void fill_orders(size_t hypothesis_length, size_t reference_length, std::span<const double> matched,
                 std::span<double> row) {
  for (size_t n = 0; n < matched.size(); ++n) {
    const size_t reference = reference_length > n ? reference_length - n : 0;
    const size_t hypothesis = hypothesis_length > n ? hypothesis_length - n : 0;
    row[3 * n] = reference == 0 ? 0.0 : static_cast<double>(hypothesis);
    row[3 * n + 1] = static_cast<double>(reference);
    row[3 * n + 2] = matched[n];
  }
}

// The row of chrF's statistics of one segment.
//
// Shape letters: N orders, character orders first; W = 3 N columns: for each order n-grams of the
// hypothesis (0 if the reference has none), of the reference, matched. Of several references the
// one with the best F counts, the first of equals.
class ChrfCounter : public SegmentCounter {
 public:
  explicit ChrfCounter(const ChrfOptions& options);

  // W of one row. Throws InputError if there is no order to count.
  static size_t columns(const ChrfOptions& options);

  // Fills `row` [W] from the hypothesis and the best of its references.
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

ChrfCounter::ChrfCounter(const ChrfOptions& options)
    : options_(options),
      char_order_(std::max(options.char_order, 0)),
      word_order_(std::max(options.word_order, 0)),
      character_matcher_(static_cast<int>(char_order_)),
      word_matcher_(static_cast<int>(word_order_)),
      candidate_(columns(options)) {}

size_t ChrfCounter::columns(const ChrfOptions& options) {
  const size_t orders = std::max(options.char_order, 0) + std::max(options.word_order, 0);
  if (orders == 0) throw InputError("chrF needs at least one character or word order");
  return 3 * orders;
}

void ChrfCounter::count(std::string_view hypothesis, std::span<const std::string_view> references,
                        std::span<double> row) {
  characters_.clear();
  words_.clear();
  references_.resize(references.size());
  read_symbols(hypothesis, hypothesis_);
  double best = -1.0;
  for (size_t k = 0; k < references.size(); ++k) {
    read_symbols(references[k], references_[k]);
    if (references.size() == 1) {
      count_against(references_[k], row);
      return;
    }
    count_against(references_[k], candidate_);
    const double score = chrf_from_sums(candidate_, options_, Arithmetic::kPython).value();
    if (score > best) {
      best = score;
      std::copy(candidate_.begin(), candidate_.end(), row.begin());
    }
  }
}

void ChrfCounter::count_against(const Symbols& reference, std::span<double> row) {
  const auto count = [&](NgramMatcher& matcher, const SymbolText& ours, const SymbolText& theirs,
                         size_t symbols, size_t orders, std::span<double> part) {
    if (orders == 0) return;
    matched_.resize(orders);
    matcher.match(ours, std::span(&theirs, 1), symbols, matched_);
    fill_orders(ours.size(), theirs.size(), matched_, part);
  };
  count(character_matcher_, hypothesis_.characters, reference.characters, characters_.size(),
        char_order_, row.first(3 * char_order_));
  count(word_matcher_, hypothesis_.words, reference.words, words_.size(), word_order_,
        row.subspan(3 * char_order_));
}

void ChrfCounter::read_symbols(std::string_view segment, Symbols& symbols) {
  if (options_.lowercase) {
    symbols.lower = text::lower(segment);
    segment = symbols.lower;
  }
  symbols.characters.clear();
  for (size_t position = 0; position < segment.size();) {
    const char32_t code_point = text::next_code_point(segment, position);
    if (!options_.whitespace && is_space(code_point)) continue;
    symbols.characters.push_back(characters_.id(code_point));
  }
  if (word_order_ > 0) read_words(segment, symbols.words);
}

// A word loses its last character if that is a mark, else its first if that is one.
void ChrfCounter::read_words(std::string_view segment, SymbolText& words) {
  words.clear();
  text::split_at_white_space(segment, parts_);
  for (const std::string_view part : parts_) {
    size_t cut = 0;
    if (!is_one_character(part)) {
      if (is_mark(part.back())) {
        cut = part.size() - 1;
      } else if (is_mark(part.front())) {
        cut = 1;
      }
    }
    if (cut > 0) words.push_back(words_.id(part.substr(0, cut)));
    words.push_back(words_.id(part.substr(cut)));
  }
}

class ChrfMetric : public Metric {
 public:
  ChrfMetric(const ChrfOptions& options, std::span<const std::vector<std::string>> streams)
      : Metric(streams), options_(options), columns_(ChrfCounter::columns(options)) {}

  std::string name() const override {
    return "chrF" + std::to_string(options_.beta) +
           std::string(std::max(options_.word_order, 0), '+');
  }

  std::vector<SignaturePart> signature_parts() const override {
    return {{"case", "c", options_.lowercase ? "lc" : "mixed"},
            {"eff", "e", options_.eps_smoothing ? "no" : "yes"},
            {"nc", "nc", std::to_string(options_.char_order)},
            {"nw", "nw", std::to_string(options_.word_order)},
            {"space", "s", options_.whitespace ? "yes" : "no"}};
  }

  NumpyNumber score(std::span<const double> sums, Arithmetic arithmetic) const override {
    return chrf_from_sums(sums, options_, arithmetic);
  }

 private:
  size_t columns() const override { return columns_; }
  std::unique_ptr<SegmentCounter> make_counter() const override {
    return std::make_unique<ChrfCounter>(options_);
  }

  ChrfOptions options_;
  size_t columns_;
};

}  // namespace

std::unique_ptr<Metric> make_chrf(const ChrfOptions& options,
                                  std::span<const std::vector<std::string>> reference_streams) {
  return std::make_unique<ChrfMetric>(options, reference_streams);
}

}  // namespace nmt::metrics

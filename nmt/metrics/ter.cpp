#include "nmt/metrics/ter.h"

#include "data/text/unicode.h"
#include "nmt/metrics/symbol_table.h"
#include "nmt/metrics/ter_shifts.h"

namespace nmt::metrics {
namespace {

// sacreBLEU tokenizes references twice, which shows where the first pass makes work for the second:
// of "man's." it leaves "man's .", of which the second leaves "man 's .".
std::string prepare_reference(std::string_view segment, const TerOptions& options) {
  std::string once;
  const std::string words = tokenize_tercom(segment, options);
  for (const std::string_view word : text::split_at_white_space(words)) {
    if (!once.empty()) once += ' ';
    once += word;
  }
  return tokenize_tercom(once, options);
}

// The row of TER's statistics of one segment.
class TerCounter : public SegmentCounter {
 public:
  explicit TerCounter(const TerOptions& options) : options_(options) {}

  // Fills `row` [2].
  void count(std::string_view hypothesis, std::span<const std::string_view> references,
             std::span<double> row) override {
    table_.clear();
    texts_.resize(references.size() + 1);
    texts_[0] = tokenize_tercom(hypothesis, options_);
    read_words(texts_[0], hypothesis_);
    double reference_words = 0.0;
    int fewest = -1;
    for (size_t k = 0; k < references.size(); ++k) {
      texts_[k + 1] = prepare_reference(references[k], options_);
      read_words(texts_[k + 1], reference_);
      reference_words += static_cast<double>(reference_.size());
      const int edits = shifts_.edits(hypothesis_, reference_);
      if (fewest < 0 || edits < fewest) fewest = edits;
    }
    row[0] = fewest;
    row[1] = reference_words / static_cast<double>(references.size());
  }

 private:
  void read_words(const std::string& segment, std::vector<uint32_t>& words) {
    text::split_at_white_space(segment, parts_);
    words.clear();
    for (const std::string_view part : parts_) words.push_back(table_.id(part));
  }

  TerOptions options_;
  SymbolTable table_;
  TerShifts shifts_;
  std::vector<std::string> texts_;  // Tokenized: the hypothesis, then its references.
  std::vector<std::string_view> parts_;
  std::vector<uint32_t> hypothesis_, reference_;
};

class TerMetric : public Metric {
 public:
  TerMetric(const TerOptions& options, std::span<const std::vector<std::string>> streams)
      : Metric(streams), options_(options) {}

  std::string name() const override { return "TER"; }

  std::vector<SignaturePart> signature_parts() const override {
    const auto yes_no = [](bool value) { return value ? "yes" : "no"; };
    return {{"case", "c", options_.case_sensitive ? "mixed" : "lc"},
            {"tok", "t", "tercom"},
            {"norm", "nr", yes_no(options_.normalized)},
            {"punct", "pn", yes_no(!options_.no_punct)},
            {"asian", "as", yes_no(options_.asian_support)}};
  }

  NumpyNumber score(std::span<const double> sums, Arithmetic arithmetic) const override {
    const auto edits = NumpyNumber::of_sum(sums[0], arithmetic);
    const auto length = NumpyNumber::of_sum(sums[1], arithmetic);
    if (length.value() > 0) return NumpyNumber(100.0) * (edits / length);
    return edits.value() > 0 ? 100.0 : 0.0;
  }

 private:
  size_t columns() const override { return 2; }
  std::unique_ptr<SegmentCounter> make_counter() const override {
    return std::make_unique<TerCounter>(options_);
  }

  TerOptions options_;
};

}  // namespace

std::unique_ptr<Metric> make_ter(const TerOptions& options,
                                 std::span<const std::vector<std::string>> reference_streams) {
  return std::make_unique<TerMetric>(options, reference_streams);
}

}  // namespace nmt::metrics

#include "nmt/metrics/chrf.h"

#include <cmath>

#include "data/text/error.h"
#include "nmt/metrics/chrf_counter.h"

namespace nmt::metrics {
namespace {

constexpr double kEpsilon = 1e-16;

std::vector<SignaturePart> chrf_signature_parts(const ChrfOptions& options) {
  return {{"case", "c", options.lowercase ? "lc" : "mixed"},
          {"eff", "e", options.eps_smoothing ? "no" : "yes"},
          {"nc", "nc", std::to_string(options.char_order)},
          {"nw", "nw", std::to_string(options.word_order)},
          {"space", "s", options.whitespace ? "yes" : "no"}};
}

class ChrfMetric : public Metric {
 public:
  ChrfMetric(const ChrfOptions& options, std::span<const std::vector<std::string>> streams)
      : Metric(streams), options_(options), columns_(ChrfCounter::columns(options)) {}

  std::string name() const override { return chrf_name(options_); }

  std::vector<SignaturePart> signature_parts() const override {
    return chrf_signature_parts(options_);
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

std::string chrf_name(const ChrfOptions& options) {
  const size_t plus = options.word_order > 0 ? options.word_order : 0;
  return "chrF" + std::to_string(options.beta) + std::string(plus, '+');
}

StatisticsTable chrf_statistics(std::span<const std::string> hypotheses,
                                std::span<const std::vector<std::string>> reference_streams,
                                const ChrfOptions& options) {
  return ChrfMetric(options, reference_streams).statistics(hypotheses);
}

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

double chrf_from_sums(std::span<const double> sums, const ChrfOptions& options) {
  return chrf_from_sums(sums, options, Arithmetic::kPython).value();
}

double corpus_chrf(std::span<const std::string> hypotheses,
                   std::span<const std::vector<std::string>> reference_streams,
                   const ChrfOptions& options) {
  return chrf_from_sums(chrf_statistics(hypotheses, reference_streams, options).sums(), options);
}

std::unique_ptr<Metric> make_chrf(const ChrfOptions& options,
                                  std::span<const std::vector<std::string>> reference_streams) {
  return std::make_unique<ChrfMetric>(options, reference_streams);
}

}  // namespace nmt::metrics

#include "nmt/metrics/bleu.h"

#include <algorithm>
#include <cmath>

#include "data/text/error.h"
#include "nmt/metrics/bleu_counter.h"
#include "nmt/metrics/python_format.h"
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

class BleuMetric : public Metric {
 public:
  BleuMetric(const BleuOptions& options, std::span<const std::vector<std::string>> streams)
      : Metric(streams), options_(options), counter_(options) {}

  std::string name() const override { return "BLEU"; }
  std::vector<SignaturePart> signature_parts() const override;

  NumpyNumber score(std::span<const double> sums, Arithmetic arithmetic) const override {
    return bleu_from_sums(sums, options_, arithmetic).score;
  }

  std::string details(std::span<const double> sums) const override {
    return bleu_from_sums(sums, options_).details();
  }

 private:
  size_t columns() const override { return 2 + 2 * options_.max_order; }
  std::unique_ptr<SegmentCounter> make_counter() const override {
    return std::make_unique<BleuCounter>(options_);
  }

  BleuOptions options_;
  BleuCounter counter_;  // Made here so that wrong options are refused at once.
};

std::string smoothing_text(const BleuOptions& options) {
  std::string text(smooth_method_name(options.smooth_method));
  if (options.smooth_method == SmoothMethod::kFloor ||
      options.smooth_method == SmoothMethod::kAddK) {
    text += '[' + fixed(smooth_value(options), 2) + ']';
  }
  return text;
}

std::vector<SignaturePart> bleu_signature_parts(const BleuOptions& options,
                                                const Tokenizer& tokenizer) {
  return {{"case", "c", options.lowercase ? "lc" : "mixed"},
          {"eff", "e", options.effective_order ? "yes" : "no"},
          {"tok", "tok", tokenizer.signature()},
          {"smooth", "s", smoothing_text(options)}};
}

std::vector<SignaturePart> BleuMetric::signature_parts() const {
  return bleu_signature_parts(options_, counter_.tokenizer());
}

}  // namespace

std::string_view smooth_method_name(SmoothMethod method) {
  switch (method) {
    case SmoothMethod::kNone:
      return "none";
    case SmoothMethod::kFloor:
      return "floor";
    case SmoothMethod::kAddK:
      return "add-k";
    case SmoothMethod::kExp:
      return "exp";
  }
  return "";
}

std::string BleuScore::details() const {
  std::string text;
  for (const double precision : precisions) text += (text.empty() ? "" : "/") + fixed(precision, 1);
  const double ratio =
      reference_length == 0 ? 0.0 : static_cast<double>(hypothesis_length) / reference_length;
  return text + " (BP = " + fixed(brevity_penalty, 3) + " ratio = " + fixed(ratio, 3) +
         " hyp_len = " + std::to_string(hypothesis_length) +
         " ref_len = " + std::to_string(reference_length) + ")";
}

std::string BleuScore::to_text(int width) const {
  return fixed(score, width) + ' ' + details();
}

StatisticsTable bleu_statistics(std::span<const std::string> hypotheses,
                                std::span<const std::vector<std::string>> reference_streams,
                                const BleuOptions& options) {
  return BleuMetric(options, reference_streams).statistics(hypotheses);
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

BleuScore corpus_bleu(std::span<const std::string> hypotheses,
                      std::span<const std::vector<std::string>> reference_streams,
                      const BleuOptions& options) {
  return bleu_from_sums(bleu_statistics(hypotheses, reference_streams, options).sums(), options);
}

std::unique_ptr<Metric> make_bleu(const BleuOptions& options,
                                  std::span<const std::vector<std::string>> reference_streams) {
  return std::make_unique<BleuMetric>(options, reference_streams);
}

}  // namespace nmt::metrics

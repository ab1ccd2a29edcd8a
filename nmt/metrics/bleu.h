// BLEU: how many of the hypothesis's word n-grams occur in the references.
//
//     BLEU = BP · exp(1/N Σ_n ln p_n)      BP = exp(1 - r/h) if h < r, else 1      N = 4
//
// p_n is the share of hypothesis n-grams that are matched, each counted at most as often as in the
// reference that has it most often; h is the length of the hypotheses, r that of the references
// closest to them in length. Scores run from 0 to 100. Where p_n = 0, a smoothing method steps in.
//
// Source: Papineni et al., ACL 2002; smoothing: Chen and Cherry, WMT 2014. Every number is that of
// sacreBLEU 2.6.0 to the last bit, so the order of floating-point operations is part of the
// contract.
//
//     const BleuScore score = corpus_bleu(hypotheses, reference_streams);
//     score.score;                        // 33.48...
//     score.details();                    // "66.3/40.8/27.1/18.3 (BP = 1.000 ratio = ...)"

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nmt/metrics/metric.h"

namespace nmt::metrics {

/// What stands in for a precision without any match.
enum class SmoothMethod {
  kNone,   ///< Nothing: BLEU is 0.
  kFloor,  ///< A numerator of smooth_value.
  kAddK,   ///< smooth_value is added to numerator and denominator of every order above 1.
  kExp,    ///< Numerator 1/2, 1/4, ... for the first, second, ... order without a match.
};

/// By SmoothMethod.
inline constexpr const char* kSmoothMethodNames[] = {"none", "floor", "add-k", "exp"};

struct BleuOptions {
  std::string tokenize = "13a";  ///< A name of tokenizer_table.h.
  bool lowercase = false;        ///< Whether case is ignored.
  SmoothMethod smooth_method = SmoothMethod::kExp;
  std::optional<double> smooth_value;  ///< For floor (default 0.1) and add_k (default 1).
  /// Whether N falls to the longest order that the hypothesis has; for single segments.
  bool effective_order = false;
  int max_order = 4;  ///< N, at least 1.
};

struct BleuScore {
  double score = 0.0;              ///< 0 to 100.
  std::vector<double> precisions;  ///< p_n in percent after smoothing [N].
  double brevity_penalty = 1.0;
  int64_t hypothesis_length = 0;  ///< Tokens.
  int64_t reference_length = 0;   ///< Tokens of the closest references.
  std::vector<int64_t> counts;    ///< Matched n-grams [N], before smoothing.
  std::vector<int64_t> totals;    ///< Hypothesis n-grams [N], before smoothing.

  /// The part behind the score: "66.3/40.8/27.1/18.3 (BP = 1.000 ratio = 1.003 hyp_len = ...)".
  std::string details() const;
};

/// One score for the whole corpus. `reference_streams[k][i]` is reference k of `hypotheses[i]`.
/// Throws InputError if a stream's length differs or there is no stream, and if a negative
/// smooth_value makes a precision negative; UsageError if the tokenizer's name is unknown.
BleuScore corpus_bleu(std::span<const std::string> hypotheses,
                      std::span<const std::vector<std::string>> reference_streams,
                      const BleuOptions& options = {});

/// BLEU as a Metric. The streams must outlive it. Throws UsageError if the tokenizer is unknown.
std::unique_ptr<Metric> make_bleu(const BleuOptions& options,
                                  std::span<const std::vector<std::string>> reference_streams);

}  // namespace nmt::metrics

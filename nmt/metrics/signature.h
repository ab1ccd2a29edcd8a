// Signature: everything that must agree before two scores may be compared, as sacreBLEU writes it.
//
//     nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0
//     #:1|c:mixed|e:no|tok:13a|s:exp|v:2.6.0          (short names)

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace nmt::metrics {

/// The release of sacreBLEU whose numbers these are.
inline constexpr char kSacrebleuVersion[] = "2.6.0";

/// One setting of a metric.
struct SignaturePart {
  std::string name;        ///< "case"
  std::string short_name;  ///< "c"
  std::string value;       ///< "mixed"
};

/// What belongs to the evaluation rather than to the metric.
struct EvaluationFacts {
  size_t reference_count = 1;
  std::optional<int64_t> bootstrap_resamples;
  std::optional<int64_t> randomization_trials;
  std::optional<std::string> seed;
};

/// "name:value" joined by "|": the facts, `parts`, the version.
std::string format_signature(const EvaluationFacts& facts, std::span<const SignaturePart> parts,
                             bool short_names);

}  // namespace nmt::metrics

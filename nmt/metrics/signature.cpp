#include "nmt/metrics/signature.h"

#include <vector>

namespace nmt::metrics {
namespace {

std::vector<SignaturePart> fact_parts(const EvaluationFacts& facts) {
  std::vector<SignaturePart> parts = {{"nrefs", "#", std::to_string(facts.reference_count)}};
  if (facts.bootstrap_resamples) {
    parts.push_back({"bs", "bs", std::to_string(*facts.bootstrap_resamples)});
  }
  if (facts.randomization_trials) {
    parts.push_back({"ar", "ar", std::to_string(*facts.randomization_trials)});
  }
  if (facts.seed) parts.push_back({"seed", "rs", *facts.seed});
  return parts;
}

}  // namespace

std::string format_signature(const EvaluationFacts& facts, std::span<const SignaturePart> parts,
                             bool short_names) {
  std::vector<SignaturePart> all = fact_parts(facts);
  all.insert(all.end(), parts.begin(), parts.end());
  all.push_back({"version", "v", kSacrebleuVersion});
  std::string text;
  for (const SignaturePart& part : all) {
    if (!text.empty()) text += '|';
    text += (short_names ? part.short_name : part.name) + ':' + part.value;
  }
  return text;
}

}  // namespace nmt::metrics

#include "nmt/train/covering_bound.h"

#include <algorithm>
#include <map>

namespace nmt::train {
namespace {

using config::LengthBound;

constexpr LengthBound kLeast = {.factor = 2.0, .pieces = 10};
constexpr int64_t kStepsOfOne = 10;   // a is a multiple of one over this.
constexpr double kSteepest = 1000.0;  // What parse_length_bound() takes.

/// The longest target by the length of its source.
using LongestTargets = std::map<int64_t, int64_t>;

LongestTargets longest_targets(const data::ParallelCorpus& corpus) {
  LongestTargets longest;
  for (int64_t pair = 0; pair < corpus.size(); ++pair) {
    int64_t& target = longest[corpus.source_length(pair)];
    target = std::max(target, corpus.target_length(pair));
  }
  return longest;
}

/// The lowest bound with `factor` that reaches every target.
LengthBound lowest_with(double factor, const LongestTargets& longest) {
  const LengthBound slope = {.factor = factor, .pieces = 0};
  int64_t pieces = kLeast.pieces;
  for (const auto& [source, target] : longest) {
    pieces = std::max(pieces, target - slope.of(source));
  }
  return {.factor = factor, .pieces = pieces};
}

}  // namespace

LengthBound covering_bound(const data::ParallelCorpus& corpus) {
  const LongestTargets longest = longest_targets(corpus);
  const double mean = static_cast<double>(corpus.source_tokens()) / corpus.size();
  const auto height = [&](const LengthBound& bound) {
    return bound.factor * mean + static_cast<double>(bound.pieces);
  };
  LengthBound best = lowest_with(kLeast.factor, longest);
  for (int64_t steps = kStepsOfOne * static_cast<int64_t>(kLeast.factor) + 1;; ++steps) {
    const double factor = static_cast<double>(steps) / kStepsOfOne;
    // No steeper line can be lower than one with the least b.
    if (factor > kSteepest || height({factor, kLeast.pieces}) >= height(best)) return best;
    const LengthBound steeper = lowest_with(factor, longest);
    if (height(steeper) < height(best)) best = steeper;
  }
}

}  // namespace nmt::train

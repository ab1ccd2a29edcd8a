// Length penalty: how hypotheses of different lengths compare.
//
//     score = log P / len^α
//
// len counts every piece of the hypothesis and its `</s>`. α = 1 (the default) is the mean
// log-probability of a piece; α = 0 is log P itself, which favours short hypotheses; α < 0 favours
// them still more.
//
// Source: Wu et al. 2016, arXiv:1609.08144, section 7 (with len in the place of (5 + len) / 6).

#pragma once

#include <cstdint>

namespace nmt::decode {

class LengthPenalty {
 public:
  explicit LengthPenalty(double alpha) : alpha_(alpha) {}

  /// Score of a finished hypothesis; `length` ≥ 1 counts `</s>`. Higher is better.
  double score(double log_probability, int64_t length) const;

  /// The best score that a prefix of `log_probability` ≤ 0 can still end with, when the finished
  /// length is between `shortest` and `longest` (both count `</s>`). No piece can raise log P, so
  /// the bound is log P itself under the length that penalises least.
  double bound(double log_probability, int64_t shortest, int64_t longest) const;

 private:
  double alpha_;
};

}  // namespace nmt::decode

// Has the run learnt anything of the sentence?
//
// A model that knows no more than how often each piece occurs has the unigram nll. A run that ends
// with its best nll not 0.2 nats below that has not learnt. The best nll is the lowest of a
// validation or, in a run without one, the lowest median training nll of 20 updates. A run that
// ends inside warm-up or before 100 updates is not judged.
//
// The paper counts runs that "diverge or do not train" together (Zhai et al. 2023, table 4).

#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>

#include "nmt/run_log/recent_losses.h"
#include "nmt/run_log/record_keys.h"
#include "nmt/run_log/stability_rules.h"

namespace nmt::run_log {

class LearningRule {
 public:
  explicit LearningRule(const StabilityRules& rules)
      : rules_(rules), recent_(rules.median_updates) {}

  /// The training nll of one update, nats a target piece; a non-finite one is passed over.
  void observe(int64_t update, double nll);
  /// The nll of one validation; a non-finite one is passed over.
  void observe_validation(double nll);

  /// The median training nll of the last 20 updates; no value before the first.
  std::optional<double> recent_nll() const;

  /// Whether the run that ends with `update` has learnt; no value where that is not judged.
  std::optional<bool> learnt(int64_t update) const;

  /// What later verdicts depend on.
  friend void each_key(Of<LearningRule> auto& rule, auto&& visit) {
    visit("best_median", rule.best_median_);
    visit("best_validation", rule.best_validation_);
    each_key(rule.recent_, visit);
  }
  /// As RecentLosses::date_losses().
  void date_losses(const nlohmann::ordered_json& state, int64_t update) {
    recent_.date_losses(state, update);
  }

 private:
  StabilityRules rules_;
  RecentLosses recent_;
  std::optional<double> best_median_, best_validation_;
};

}  // namespace nmt::run_log

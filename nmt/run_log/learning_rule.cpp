#include "nmt/run_log/learning_rule.h"

#include <algorithm>
#include <cmath>

namespace nmt::run_log {

void LearningRule::observe(int64_t update, double nll) {
  if (!std::isfinite(nll)) return;
  recent_.add(update, nll);
  if (!recent_.full()) return;
  const double now = median(recent_.losses());
  best_median_ = std::min(best_median_.value_or(now), now);
}

void LearningRule::observe_validation(double nll) {
  if (std::isfinite(nll)) best_validation_ = std::min(best_validation_.value_or(nll), nll);
}

std::optional<double> LearningRule::recent_nll() const {
  if (recent_.empty()) return std::nullopt;
  return median(recent_.losses());
}

std::optional<bool> LearningRule::learnt(int64_t update) const {
  if (update < rules_.learning_updates || update < rules_.warmup_updates) return std::nullopt;
  const std::optional<double> best = best_validation_ ? best_validation_ : best_median_;
  if (!rules_.unigram_nll || !best) return std::nullopt;
  return *best <= *rules_.unigram_nll - rules_.learning_fall;
}

}  // namespace nmt::run_log

// Divergence of a run, with the cause that shows it; each cause is reported once.
//
//   non_finite_loss      the loss of an update is not finite
//   non_finite_gradient  the loss is finite, the gradient is not: the update was skipped
//   loss_rise            the loss is high for 100 updates running
//   ended_high           the loss is high when the run ends, before there were 100 such updates
//
// The loss of an update is high if the median of the last 20 finite losses (of fewer while there
// are no more) is more than 1 nat above the reference, the lowest such median so far. The reference
// begins with the first loss: an explosion in the first updates is seen, even if the loss later
// ends below its start. A rise began with the first loss, of the 20 whose median is the first high
// one, that is after the reference and more than 1 nat above it.
//
// Zhai et al. 2023, arXiv:2303.06296, section 3, describe the phenomenon; the thresholds
// (stability_rules.h) are this project's.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "nmt/run_log/layer_entropy.h"
#include "nmt/run_log/recent_losses.h"
#include "nmt/run_log/record_keys.h"
#include "nmt/run_log/run_record.h"
#include "nmt/run_log/stability_rules.h"

namespace nmt::run_log {

class DivergenceRule {
 public:
  explicit DivergenceRule(const StabilityRules& rules) : rules_(rules) {}

  /// The loss and the global gradient norm of one update. `lowest` is the head with the lowest
  /// entropy, for the event. The event "divergence" if one of them is the first that is not finite.
  std::optional<EventRecord> observe_finiteness(int64_t update, double loss, double gradient_norm,
                                                const std::optional<HeadEntropy>& lowest);
  /// The last finite losses, that of `update` among them; the event if this completes a rise.
  std::optional<EventRecord> observe_losses(int64_t update, const RecentLosses& losses,
                                            const std::optional<HeadEntropy>& lowest);
  /// The run has ended with `update`; the event if its loss is high then and no rise was reported.
  std::optional<EventRecord> finish(int64_t update);

  bool diverged() const {
    return non_finite_loss_ || non_finite_gradient_ || risen_ || ended_high_;
  }

  /// What later verdicts depend on.
  friend void each_key(Of<DivergenceRule> auto& rule, auto&& visit) {
    visit("best_median", rule.reference_);
    visit("best_median_update", Younger{rule.reference_update_});
    visit("median", Younger{rule.median_});
    visit("high_updates", rule.high_updates_);
    visit("first_high_update", rule.first_high_update_);
    visit("lowest_at_rise", rule.lowest_at_rise_);
    visit("non_finite", rule.non_finite_loss_);
    visit("non_finite_gradient", Younger{rule.non_finite_gradient_});
    visit("risen", rule.risen_);
  }

 private:
  EventRecord rise(int64_t update, const std::string& cause) const;

  StabilityRules rules_;
  std::optional<double> reference_;
  int64_t reference_update_ = 0;
  std::optional<double> median_;  // Of the last finite losses.
  int64_t high_updates_ = 0;
  int64_t first_high_update_ = 0;              // When the rise began.
  std::optional<HeadEntropy> lowest_at_rise_;  // When the median was high for the first time.
  bool non_finite_loss_ = false;
  bool non_finite_gradient_ = false;
  bool risen_ = false;
  bool ended_high_ = false;
};

}  // namespace nmt::run_log

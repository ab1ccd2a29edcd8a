// Two rules on the loss that are no flags: one loss far above those before, and a loss that stands.

#pragma once

#include <cstdint>
#include <optional>

#include "nmt/run_log/layer_entropy.h"
#include "nmt/run_log/recent_losses.h"
#include "nmt/run_log/record_keys.h"
#include "nmt/run_log/run_record.h"
#include "nmt/run_log/stability_rules.h"

namespace nmt::run_log {

/// Spike: one loss above the median of the 20 before it by 0.5 nats and by 6 robust standard
/// deviations (1.4826 times the median absolute deviation). It lasts until a loss is below that
/// again, and counts once.
class SpikeRule {
 public:
  explicit SpikeRule(const StabilityRules& rules) : rules_(rules) {}

  /// The finite loss of one update and those before it. `lowest` is the head with the lowest
  /// entropy, for the event. The event "spike" if one begins.
  std::optional<EventRecord> observe(int64_t update, double loss, const RecentLosses& before,
                                     const std::optional<HeadEntropy>& lowest);

  /// How many there were.
  int64_t spikes() const { return spikes_; }

  /// What later verdicts depend on.
  friend void each_key(Of<SpikeRule> auto& rule, auto&& visit) {
    visit("in_spike", rule.in_spike_);
    visit("spikes", rule.spikes_);
  }

 private:
  StabilityRules rules_;
  bool in_spike_ = false;
  int64_t spikes_ = 0;
};

/// Plateau: the median loss of 20 updates has not fallen by 0.05 nats for 300 updates, and is above
/// half of the run's first such median: a model that has not begun to learn, not one that has
/// finished. It ends when the loss falls again. Its update is that of the last fall.
class PlateauRule {
 public:
  explicit PlateauRule(const StabilityRules& rules) : rules_(rules) {}

  /// The median loss of the last 20 updates; the event "plateau" if one begins.
  std::optional<EventRecord> observe(int64_t update, double median_loss);

  /// Whether one has begun and not ended.
  bool on_plateau() const { return on_plateau_; }

  /// What later verdicts depend on.
  friend void each_key(Of<PlateauRule> auto& rule, auto&& visit) {
    visit("first_median", rule.first_median_);
    visit("level", rule.level_);
    visit("level_update", rule.level_update_);
    visit("on_plateau", rule.on_plateau_);
  }

 private:
  StabilityRules rules_;
  std::optional<double> first_median_;
  std::optional<double> level_;  // The median when it fell for the last time.
  int64_t level_update_ = 0;
  bool on_plateau_ = false;
};

}  // namespace nmt::run_log

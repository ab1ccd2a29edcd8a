// Spike: one loss above the median of the 20 before it by 0.5 nats and by 6 robust standard
// deviations (1.4826 times the median absolute deviation). It lasts until a loss is below that
// again, and counts once.

#pragma once

#include <cstdint>
#include <optional>

#include "nmt/run_log/layer_entropy.h"
#include "nmt/run_log/recent_losses.h"
#include "nmt/run_log/record_keys.h"
#include "nmt/run_log/run_record.h"
#include "nmt/run_log/stability_rules.h"

namespace nmt::run_log {

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

}  // namespace nmt::run_log

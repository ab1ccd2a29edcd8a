// Spike: one loss above the median of the 20 before it by 0.5 nats and by 6 robust standard
// deviations (1.4826 times the median absolute deviation). It lasts until a loss is below that
// again, and counts once.

#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>

#include "nmt/stability/layer_entropy.h"
#include "nmt/stability/recent_losses.h"
#include "nmt/stability/run_record.h"
#include "nmt/stability/stability_rules.h"

namespace nmt::stability {

class SpikeRule {
 public:
  explicit SpikeRule(const StabilityRules& rules) : rules_(rules) {}

  /// The finite loss of one update and those before it. `lowest` is the head with the lowest
  /// entropy, for the event. The event "spike" if one begins.
  std::optional<EventRecord> observe(int64_t update, double loss, const RecentLosses& before,
                                     const std::optional<HeadEntropy>& lowest);

  /// How many there were.
  int64_t spikes() const { return spikes_; }

  /// Adds what later verdicts depend on to `state`, and puts it back.
  void save(nlohmann::ordered_json& state) const;
  void restore(const nlohmann::ordered_json& state);

 private:
  StabilityRules rules_;
  bool in_spike_ = false;
  int64_t spikes_ = 0;
};

}  // namespace nmt::stability

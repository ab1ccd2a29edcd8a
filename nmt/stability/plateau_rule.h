// Plateau: the median loss of 20 updates has not fallen by 0.05 nats for 300 updates, and is above
// half of the run's first such median: a model that has not begun to learn, not one that has
// finished. It ends when the loss falls again. Its update is that of the last fall.

#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>

#include "nmt/stability/run_record.h"
#include "nmt/stability/stability_rules.h"

namespace nmt::stability {

class PlateauRule {
 public:
  explicit PlateauRule(const StabilityRules& rules) : rules_(rules) {}

  /// The median loss of the last 20 updates; the event "plateau" if one begins.
  std::optional<EventRecord> observe(int64_t update, double median_loss);

  /// Whether one has begun and not ended.
  bool on_plateau() const { return on_plateau_; }

  /// Adds what later verdicts depend on to `state`, and puts it back.
  void save(nlohmann::ordered_json& state) const;
  void restore(const nlohmann::ordered_json& state);

 private:
  StabilityRules rules_;
  std::optional<double> first_median_;
  std::optional<double> level_;  // The median when it fell for the last time.
  int64_t level_update_ = 0;
  bool on_plateau_ = false;
};

}  // namespace nmt::stability

// StabilityMonitor: all the rules that say whether a run has become unstable, and its verdict.
//
// Low entropy and instability are related, not the same: collapse and divergence are two flags, and
// each stays. A run that neither marks may still not have learnt. The status is the worst of
//
//     diverged     divergence_rule.h
//     collapsed    collapse_rule.h
//     did_not_learn, or not_judged where the run ended too early for that    learning_rule.h
//     plateau      loss_rules.h: the loss stands, and may still move
//     ok
//
// Spikes (loss_rules.h) are counted and do not change it. Spikes and divergence name the attention
// head with the lowest mean relative entropy, which is where to look, not a cause.

#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <vector>

#include "nmt/run_log/collapse_rule.h"
#include "nmt/run_log/divergence_rule.h"
#include "nmt/run_log/layer_entropy.h"
#include "nmt/run_log/learning_rule.h"
#include "nmt/run_log/loss_rules.h"
#include "nmt/run_log/recent_losses.h"
#include "nmt/run_log/record_keys.h"
#include "nmt/run_log/run_record.h"
#include "nmt/run_log/stability_rules.h"

namespace nmt::run_log {

/// What the rules see of one update.
struct Observation {
  int64_t update = 0;                       ///< From 1.
  double loss = 0.0;                        ///< Label-smoothed, nats a target piece.
  double nll = 0.0;                         ///< Not smoothed.
  double gradient_norm = 0.0;               ///< Global, before clipping.
  std::span<const LayerEntropy> entropies;  ///< Empty where the update was skipped.
};

class StabilityMonitor {
 public:
  explicit StabilityMonitor(const StabilityRules& rules = {});

  /// To be called at every update, in order. Returns the events that it completes: at most one
  /// "collapse" for each (kind, layer) and one "divergence" for each cause in the whole run, every
  /// "spike" and every "plateau". run_log.md lists their fields.
  std::vector<EventRecord> observe(const Observation& seen);

  /// The nll of one validation, nats a target piece.
  void observe_validation(double nll) { learning_.observe_validation(nll); }

  /// The run has come to an end of its own with `update`: to be called once, after the last
  /// observe(). The event, if the loss is high then.
  std::optional<EventRecord> finish(int64_t update);

  /// The verdict on a run that stands at `update`: what an EndRecord says of its status; the other
  /// members are left as they are made. Whether it has learnt is not judged before finish().
  EndRecord verdict(int64_t update) const;

  /// Everything that later verdicts depend on, exact to the bit.
  nlohmann::ordered_json state() const;
  /// Puts back what state() gave after `update`. Throws InputError if it is malformed. What states
  /// of older rules lack begins anew.
  void restore(const nlohmann::ordered_json& state, int64_t update);
  /// The keys of a state.
  friend void each_key(Of<StabilityMonitor> auto& monitor, auto&& visit) {
    visit("lowest", monitor.lowest_);
    each_key(monitor.losses_, visit);
    each_key(monitor.collapse_, visit);
    each_key(monitor.divergence_, visit);
    each_key(monitor.spike_, visit);
    each_key(monitor.plateau_, visit);
    visit("nll", Younger{monitor.learning_});
  }

 private:
  void observe_loss(const Observation& seen, std::vector<EventRecord>& events);

  StabilityRules rules_;
  RecentLosses losses_;
  std::optional<HeadEntropy> lowest_;  // Of the last update that had statistics.
  CollapseRule collapse_;
  DivergenceRule divergence_;
  SpikeRule spike_;
  PlateauRule plateau_;
  LearningRule learning_;
  bool finished_ = false;
};

}  // namespace nmt::run_log

// The rules that say when a run has become unstable. Two separate flags: low entropy and
// instability are related, not the same.
//
// Entropy collapse of a (kind, layer): its mean relative entropy is below 0.05 and below 20 % of
// its value at the end of warm-up, for 20 updates running. The collapse's update is the first of
// them.
//
// Divergence: a loss that is not finite; or the median loss of the last 20 updates above the best
// such median by 1 nat, for 100 updates running. Its update is the first of them.
//
// The phenomenon: Zhai et al. 2023, arXiv:2303.06296, section 3. The thresholds are this project's.

#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "layers/attention_observer.h"
#include "nmt/stability/entropy_tracker.h"
#include "nmt/stability/run_record.h"

namespace nmt::stability {

struct StabilityRules {
  int64_t warmup_updates = 4000;     ///< Its last update gives the reference entropy (0: update 1).
  double collapse_relative = 0.05;   ///< Mean relative entropy below this ...
  double collapse_fraction = 0.2;    ///< ... and below this part of the reference ...
  int64_t collapse_updates = 20;     ///< ... for so many updates running.
  int64_t median_updates = 20;       ///< Losses in a median.
  double divergence_rise = 1.0;      ///< Nats of the median above the best median ...
  int64_t divergence_updates = 100;  ///< ... for so many updates running.
};

class StabilityMonitor {
 public:
  explicit StabilityMonitor(const StabilityRules& rules = {});

  /// One update: its training loss (nats a target piece) and EntropyTracker::finish_update(). To be
  /// called at every update, in order. Returns the events that it completes, at most one for each
  /// (kind, layer) and one for each cause of divergence in the whole run: kind "collapse" with
  /// fields {kind, layer, first_update, relative_entropy, reference}, kind "divergence" with fields
  /// {cause: non_finite_loss | loss_rise, first_update, loss, best_median}.
  std::vector<EventRecord> observe(int64_t update, double loss,
                                   std::span<const LayerEntropy> entropies);

  bool collapsed() const;
  bool diverged() const { return non_finite_ || risen_; }
  /// "diverged", else "collapsed", else "ok": the status of an EndRecord.
  std::string status() const;

  /// Everything that later verdicts depend on, exact to the bit.
  nlohmann::ordered_json state() const;
  /// Puts back what state() gave. Throws InputError if it is malformed.
  void restore(const nlohmann::ordered_json& state);

 private:
  struct Layer {
    std::optional<double> reference;  // Relative entropy at the end of warm-up.
    int64_t low_updates = 0;          // So many in a row, the last one included.
    int64_t first_low_update = 0;
    bool collapsed = false;
  };

  std::optional<EventRecord> observe_entropy(int64_t update, const LayerEntropy& entropy);
  std::optional<EventRecord> observe_loss(int64_t update, double loss);
  std::optional<EventRecord> observe_median(int64_t update);

  StabilityRules rules_;
  std::map<std::pair<layers::AttentionKind, int64_t>, Layer> layers_;
  std::deque<double> losses_;  // The last median_updates finite losses.
  std::optional<double> best_median_;
  int64_t high_updates_ = 0;
  int64_t first_high_update_ = 0;
  bool non_finite_ = false;
  bool risen_ = false;
};

}  // namespace nmt::stability

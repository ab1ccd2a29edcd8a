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
// Spike: one loss above the median of the 20 before it by 0.5 nats and by 6 robust standard
// deviations (1.4826 times the median absolute deviation). It lasts until a loss is below that
// again, and counts once.
//
// Plateau: the median loss of 20 updates has not fallen by 0.05 nats for 300 updates, and is above
// half of the run's first such median: a model that has not begun to learn, not one that has
// finished. It ends when the loss falls again. Its update is that of the last fall.
//
// Spikes and divergence name the attention head with the lowest mean relative entropy at their
// first update, which is where to look, not a cause.
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

#include "layers/attention_kind.h"
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
  double spike_rise = 0.5;           ///< Nats of a loss above the median before it ...
  double spike_deviations = 6.0;     ///< ... and so many robust standard deviations.
  double plateau_fall = 0.05;        ///< Nats that the median must fall ...
  int64_t plateau_updates = 300;     ///< ... within so many updates ...
  double plateau_level = 0.5;        ///< ... while it is above this part of the first median.
};

/// One attention head in one update.
struct HeadEntropy {
  layers::AttentionKind kind;
  int64_t layer;            ///< From 1.
  int64_t head;             ///< From 1.
  double relative_entropy;  ///< Mean H / ln n.
};

class StabilityMonitor {
 public:
  explicit StabilityMonitor(const StabilityRules& rules = {});

  /// One update: its training loss (nats a target piece) and EntropyTracker::finish_update(). To be
  /// called at every update, in order. Returns the events that it completes: at most one "collapse"
  /// for each (kind, layer) and one "divergence" for each cause in the whole run, every "spike" and
  /// every "plateau". run_log.md lists their fields.
  std::vector<EventRecord> observe(int64_t update, double loss,
                                   std::span<const LayerEntropy> entropies);

  bool collapsed() const;
  bool diverged() const { return non_finite_ || risen_; }
  /// Whether a plateau has begun and not ended.
  bool on_plateau() const { return on_plateau_; }
  int64_t spikes() const { return spikes_; }
  /// "diverged", else "collapsed", else "plateau", else "ok": the status of an EndRecord.
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

  using Event = std::optional<EventRecord>;
  Event observe_entropy(int64_t update, const LayerEntropy& entropy);
  Event observe_non_finite(int64_t update, double loss);
  Event observe_spike(int64_t update, double loss);
  Event observe_rise(int64_t update, double median_loss);
  Event observe_plateau(int64_t update, double median_loss);

  StabilityRules rules_;
  std::map<std::pair<layers::AttentionKind, int64_t>, Layer> layers_;
  std::deque<double> losses_;  // The last median_updates finite losses.
  std::optional<double> best_median_;
  int64_t high_updates_ = 0;
  int64_t first_high_update_ = 0;
  std::optional<HeadEntropy> lowest_;          // Of the last update that had statistics.
  std::optional<HeadEntropy> lowest_at_rise_;  // Of first_high_update_.
  bool non_finite_ = false;
  bool risen_ = false;
  bool in_spike_ = false;
  int64_t spikes_ = 0;
  std::optional<double> first_median_;
  std::optional<double> level_;  // The median when it fell for the last time.
  int64_t level_update_ = 0;
  bool on_plateau_ = false;
};

}  // namespace nmt::stability

// Entropy collapse of a (kind, layer): its mean relative entropy is below 0.05 and below 20 % of
// its reference, for 20 updates running. The collapse's update is the first of them.
//
// The reference is the highest value so far of the median of its last 20 finite relative entropies,
// of fewer while there are no more. It begins with the first update, so that a collapse on the way
// up, in the first updates of warm-up too, is seen and dated; a median, so that no single update
// raises it. A layer that starts sharp, in a model that was taken over, has a low reference and is
// not flagged for staying so. An update without a finite value (skipped, or without a row that sees
// two keys) is passed over: it neither continues nor ends a row of low ones.
//
// Low entropy is a fact about attention, not about learning: in a copying task attention rightly
// looks at one piece. What the training nll does meanwhile is therefore part of the event:
//
//   falls    it is now, in the median of 20 updates, 2 % lower than before the first low update
//   low      it does not fall, and is below half of the unigram nll: there is not much left to fall
//   stands   neither
//
// Zhai et al. 2023, arXiv:2303.06296, section 3, describe the phenomenon; the thresholds
// (stability_rules.h) are this project's.

#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "nmt/stability/layer_entropy.h"
#include "nmt/stability/recent_losses.h"
#include "nmt/stability/run_record.h"
#include "nmt/stability/stability_rules.h"

namespace nmt::stability {

/// The median training nll of 20 updates, without and with the one that is looked at. No value
/// where none is known.
struct NllCourse {
  std::optional<double> before, now;
};

class CollapseRule {
 public:
  explicit CollapseRule(const StabilityRules& rules) : rules_(rules) {}

  /// One layer in one update; the event "collapse" if this completes one, once for each layer.
  std::optional<EventRecord> observe(int64_t update, const LayerEntropy& entropy,
                                     const NllCourse& nll);

  bool collapsed() const;

  /// Adds what later verdicts depend on to `state`.
  void save(nlohmann::ordered_json& state) const;
  /// Puts it back. Older states have the entropy at the end of warm-up as the reference: the new
  /// one goes on from it.
  void restore(const nlohmann::ordered_json& state);

 private:
  struct Layer {
    std::deque<double> recent;  // The last finite relative entropies.
    double reference = 0.0;
    int64_t low_updates = 0;  // So many in a row, the last one included.
    int64_t first_low_update = 0;
    std::optional<double> nll_before;  // Before the first low update.
    bool collapsed = false;
  };
  void raise_reference(Layer& layer, double value) const;
  EventRecord event(int64_t update, const LayerEntropy& entropy, const Layer& layer,
                    const std::optional<double>& nll) const;

  StabilityRules rules_;
  std::map<std::pair<layers::AttentionKind, int64_t>, Layer> layers_;
};

}  // namespace nmt::stability

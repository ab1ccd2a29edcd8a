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
#include <optional>
#include <vector>

#include "nmt/run_log/layer_entropy.h"
#include "nmt/run_log/recent_losses.h"
#include "nmt/run_log/record_keys.h"
#include "nmt/run_log/run_record.h"
#include "nmt/run_log/stability_rules.h"

namespace nmt::run_log {

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

  /// What later verdicts depend on. Older states have the entropy at the end of warm-up as the
  /// reference: the new one goes on from it.
  friend void each_key(Of<CollapseRule> auto& rule, auto&& visit) { visit("layers", rule.layers_); }

 private:
  struct Layer {
    layers::AttentionKind kind = layers::AttentionKind::kEncoderSelf;
    int64_t layer = 0;          // From 1.
    std::deque<double> recent;  // The last finite relative entropies.
    double reference = 0.0;
    int64_t low_updates = 0;  // So many in a row, the last one included.
    int64_t first_low_update = 0;
    std::optional<double> nll_before;  // Before the first low update.
    bool collapsed = false;

    friend void each_key(Of<Layer> auto& one, auto&& visit) {
      visit("kind", one.kind);
      visit("layer", one.layer);
      visit("recent", one.recent);
      visit("reference", one.reference);
      visit("low_updates", one.low_updates);
      visit("first_low_update", one.first_low_update);
      visit("nll_before", one.nll_before);
      visit("collapsed", one.collapsed);
    }
  };
  Layer& layer_of(layers::AttentionKind kind, int64_t layer);
  void raise_reference(Layer& layer, double value) const;
  EventRecord event(int64_t update, const LayerEntropy& entropy, const Layer& layer,
                    const std::optional<double>& nll) const;

  StabilityRules rules_;
  std::vector<Layer> layers_;
};

}  // namespace nmt::run_log

#include "nmt/run_log/collapse_rule.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "data/text/error.h"
#include "nmt/run_log/event_fields.h"
#include "nmt/run_log/keyed_json.h"

namespace nmt::run_log {
namespace {

using Nll = std::optional<double>;

// "falls", "low" or "stands"; empty where the nll is not known.
std::string course(const StabilityRules& rules, const Nll& before, const Nll& now) {
  if (!before || !now) return "";
  if (*now <= (1.0 - rules.sharp_fall) * *before) return "falls";
  return rules.unigram_nll && *now < rules.sharp_level * *rules.unigram_nll ? "low" : "stands";
}

std::string in_words(const std::string& course, const Nll& before, const Nll& now) {
  if (course == "falls") {
    return concatenate("; sharp, but the loss still falls (nll ", *now, ", ", *before, " before)");
  }
  if (course == "low") {
    return concatenate("; sharp, but the model has learnt (nll ", *now, ")");
  }
  if (course == "stands") {
    return concatenate("; the loss does not fall (nll ", *now, ", ", *before, " before)");
  }
  return "";
}

}  // namespace

void CollapseRule::raise_reference(Layer& layer, double value) const {
  layer.recent.push_back(value);
  if (static_cast<int64_t>(layer.recent.size()) > rules_.median_updates) layer.recent.pop_front();
  layer.reference = std::max(layer.reference, median(layer.recent));
}

std::optional<EventRecord> CollapseRule::observe(int64_t update, const LayerEntropy& entropy,
                                                 const NllCourse& nll) {
  const double value = entropy.relative_entropy;
  if (!std::isfinite(value)) return std::nullopt;
  Layer& layer = layer_of(entropy.kind, entropy.layer);
  raise_reference(layer, value);
  if (value >= rules_.collapse_relative || value >= rules_.collapse_fraction * layer.reference) {
    layer.low_updates = 0;
    return std::nullopt;
  }
  if (layer.low_updates++ == 0) {
    layer.first_low_update = update;
    layer.nll_before = nll.before;
  }
  if (layer.collapsed || layer.low_updates < rules_.collapse_updates) return std::nullopt;
  layer.collapsed = true;
  return event(update, entropy, layer, nll.now);
}

EventRecord CollapseRule::event(int64_t update, const LayerEntropy& entropy, const Layer& layer,
                                const Nll& nll) const {
  const std::string loss = course(rules_, layer.nll_before, nll);
  const CollapseFields fields{.kind = entropy.kind,
                              .layer = entropy.layer,
                              .head = entropy.lowest_head,
                              .first_update = layer.first_low_update,
                              .relative_entropy = entropy.relative_entropy,
                              .reference = layer.reference,
                              .loss = loss.empty() ? std::nullopt : std::optional(loss),
                              .nll_before = layer.nll_before,
                              .nll = nll};
  return {.update = update,
          .kind = "collapse",
          .message = concatenate("entropy collapse: ", layers::name(entropy.kind),
                                 " attention of layer ", entropy.layer, " since update ",
                                 layer.first_low_update, ", relative entropy ",
                                 entropy.relative_entropy, " against ", layer.reference,
                                 " at its highest", in_words(loss, layer.nll_before, nll)),
          .fields = object_of(fields)};
}

bool CollapseRule::collapsed() const {
  return std::ranges::any_of(layers_, &Layer::collapsed);
}

CollapseRule::Layer& CollapseRule::layer_of(layers::AttentionKind kind, int64_t layer) {
  const auto found = std::ranges::find_if(
      layers_, [&](const Layer& one) { return one.kind == kind && one.layer == layer; });
  if (found != layers_.end()) return *found;
  return layers_.emplace_back(Layer{.kind = kind, .layer = layer});
}

}  // namespace nmt::run_log

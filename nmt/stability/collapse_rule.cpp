#include "nmt/stability/collapse_rule.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "data/text/error.h"
#include "nmt/stability/attention_kind_name.h"
#include "nmt/stability/json_number.h"

namespace nmt::stability {
namespace {

using nlohmann::ordered_json;
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
  Layer& layer = layers_[{entropy.kind, entropy.layer}];
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
  return {.update = update,
          .kind = "collapse",
          .message = concatenate("entropy collapse: ", layers::name(entropy.kind),
                                 " attention of layer ", entropy.layer, " since update ",
                                 layer.first_low_update, ", relative entropy ",
                                 entropy.relative_entropy, " against ", layer.reference,
                                 " at its highest", in_words(loss, layer.nll_before, nll)),
          .fields = {{"kind", layers::name(entropy.kind)},
                     {"layer", entropy.layer},
                     {"head", entropy.lowest_head},
                     {"first_update", layer.first_low_update},
                     {"relative_entropy", json_number(entropy.relative_entropy)},
                     {"reference", json_number(layer.reference)},
                     {"loss", loss.empty() ? ordered_json(nullptr) : ordered_json(loss)},
                     {"nll_before", json_number(layer.nll_before)},
                     {"nll", json_number(nll)}}};
}

bool CollapseRule::collapsed() const {
  return std::ranges::any_of(layers_, [](const auto& entry) { return entry.second.collapsed; });
}

void CollapseRule::save(ordered_json& state) const {
  ordered_json layers = ordered_json::array();
  for (const auto& [key, layer] : layers_) {
    layers.push_back({{"kind", layers::name(key.first)},
                      {"layer", key.second},
                      {"recent", json_numbers({layer.recent.begin(), layer.recent.end()})},
                      {"reference", json_number(layer.reference)},
                      {"low_updates", layer.low_updates},
                      {"first_low_update", layer.first_low_update},
                      {"nll_before", json_number(layer.nll_before)},
                      {"collapsed", layer.collapsed}});
  }
  state["layers"] = std::move(layers);
}

void CollapseRule::restore(const ordered_json& state) {
  for (const ordered_json& item : state.at("layers")) {
    const auto kind = attention_kind(item.at("kind").get<std::string>());
    Layer& layer = layers_[{kind, item.at("layer").get<int64_t>()}];
    const std::vector<double> recent =
        numbers_from_json(item.value("recent", ordered_json::array()));
    layer.recent.assign(recent.begin(), recent.end());
    layer.reference = optional_number_from_json(item.at("reference")).value_or(0.0);
    layer.low_updates = item.at("low_updates").get<int64_t>();
    layer.first_low_update = item.at("first_low_update").get<int64_t>();
    layer.nll_before = optional_number_from_json(item.value("nll_before", ordered_json(nullptr)));
    layer.collapsed = item.at("collapsed").get<bool>();
  }
}

}  // namespace nmt::stability

#include "nmt/stability/divergence.h"

#include <algorithm>
#include <cmath>

#include "data/text/error.h"
#include "nmt/stability/attention_kind_name.h"
#include "nmt/stability/json_number.h"

namespace nmt::stability {
namespace {

using nlohmann::ordered_json;

// The middle value; of an even count, the mean of the two in the middle.
double median(const std::deque<double>& values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  const size_t half = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2.0;
}

}  // namespace

StabilityMonitor::StabilityMonitor(const StabilityRules& rules) : rules_(rules) {}

std::vector<EventRecord> StabilityMonitor::observe(int64_t update, double loss,
                                                   std::span<const LayerEntropy> entropies) {
  std::vector<EventRecord> events;
  for (const LayerEntropy& entropy : entropies) {
    if (auto event = observe_entropy(update, entropy)) events.push_back(std::move(*event));
  }
  if (auto event = observe_loss(update, loss)) events.push_back(std::move(*event));
  return events;
}

std::optional<EventRecord> StabilityMonitor::observe_entropy(int64_t update,
                                                             const LayerEntropy& entropy) {
  Layer& layer = layers_[{entropy.kind, entropy.layer}];
  const double value = entropy.relative_entropy;
  if (!layer.reference && update >= rules_.warmup_updates && std::isfinite(value)) {
    layer.reference = value;
  }
  const bool low = layer.reference && value < rules_.collapse_relative &&
                   value < rules_.collapse_fraction * *layer.reference;
  if (!low) {
    layer.low_updates = 0;
    return std::nullopt;
  }
  if (layer.low_updates++ == 0) layer.first_low_update = update;
  if (layer.collapsed || layer.low_updates < rules_.collapse_updates) return std::nullopt;

  layer.collapsed = true;
  return EventRecord{.update = update,
                     .kind = "collapse",
                     .message = concatenate("entropy collapse: ", layers::name(entropy.kind),
                                            " attention of layer ", entropy.layer, " since update ",
                                            layer.first_low_update, ", relative entropy ", value,
                                            " against ", *layer.reference, " after warm-up"),
                     .fields = {{"kind", layers::name(entropy.kind)},
                                {"layer", entropy.layer},
                                {"first_update", layer.first_low_update},
                                {"relative_entropy", json_number(value)},
                                {"reference", json_number(*layer.reference)}}};
}

std::optional<EventRecord> StabilityMonitor::observe_loss(int64_t update, double loss) {
  if (std::isfinite(loss)) {
    losses_.push_back(loss);
    if (static_cast<int64_t>(losses_.size()) > rules_.median_updates) losses_.pop_front();
    return observe_median(update);
  }
  if (non_finite_) return std::nullopt;
  non_finite_ = true;
  return EventRecord{
      .update = update,
      .kind = "divergence",
      .message = concatenate("divergence: the loss of update ", update, " is ", loss),
      .fields = {{"cause", "non_finite_loss"},
                 {"first_update", update},
                 {"loss", json_number(loss)},
                 {"best_median", json_number(best_median_)}}};
}

std::optional<EventRecord> StabilityMonitor::observe_median(int64_t update) {
  if (static_cast<int64_t>(losses_.size()) < rules_.median_updates) return std::nullopt;
  const double now = median(losses_);
  best_median_ = std::min(best_median_.value_or(now), now);
  if (now <= *best_median_ + rules_.divergence_rise) {
    high_updates_ = 0;
    return std::nullopt;
  }
  if (high_updates_++ == 0) first_high_update_ = update;
  if (risen_ || high_updates_ < rules_.divergence_updates) return std::nullopt;

  risen_ = true;
  return EventRecord{
      .update = update,
      .kind = "divergence",
      .message = concatenate("divergence: median loss ", now, ", above the best median ",
                             *best_median_, " by more than ", rules_.divergence_rise,
                             " nats since update ", first_high_update_),
      .fields = {{"cause", "loss_rise"},
                 {"first_update", first_high_update_},
                 {"loss", json_number(now)},
                 {"best_median", json_number(best_median_)}}};
}

bool StabilityMonitor::collapsed() const {
  return std::ranges::any_of(layers_, [](const auto& entry) { return entry.second.collapsed; });
}

std::string StabilityMonitor::status() const {
  if (diverged()) return "diverged";
  return collapsed() ? "collapsed" : "ok";
}

ordered_json StabilityMonitor::state() const {
  ordered_json layers = ordered_json::array();
  for (const auto& [key, layer] : layers_) {
    layers.push_back({{"kind", layers::name(key.first)},
                      {"layer", key.second},
                      {"reference", json_number(layer.reference)},
                      {"low_updates", layer.low_updates},
                      {"first_low_update", layer.first_low_update},
                      {"collapsed", layer.collapsed}});
  }
  return {{"layers", std::move(layers)},
          {"losses", json_numbers({losses_.begin(), losses_.end()})},
          {"best_median", json_number(best_median_)},
          {"high_updates", high_updates_},
          {"first_high_update", first_high_update_},
          {"non_finite", non_finite_},
          {"risen", risen_}};
}

void StabilityMonitor::restore(const ordered_json& state) {
  StabilityMonitor restored(rules_);
  try {
    for (const ordered_json& item : state.at("layers")) {
      const auto kind = attention_kind(item.at("kind").get<std::string>());
      restored.layers_[{kind, item.at("layer").get<int64_t>()}] = {
          .reference = optional_number_from_json(item.at("reference")),
          .low_updates = item.at("low_updates").get<int64_t>(),
          .first_low_update = item.at("first_low_update").get<int64_t>(),
          .collapsed = item.at("collapsed").get<bool>()};
    }
    const std::vector<double> losses = numbers_from_json(state.at("losses"));
    restored.losses_.assign(losses.begin(), losses.end());
    restored.best_median_ = optional_number_from_json(state.at("best_median"));
    restored.high_updates_ = state.at("high_updates").get<int64_t>();
    restored.first_high_update_ = state.at("first_high_update").get<int64_t>();
    restored.non_finite_ = state.at("non_finite").get<bool>();
    restored.risen_ = state.at("risen").get<bool>();
  } catch (const nlohmann::json::exception& error) {
    throw InputError("cannot restore the state of the stability rules: ", error.what());
  }
  *this = std::move(restored);
}

}  // namespace nmt::stability

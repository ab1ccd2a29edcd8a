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
double median(std::vector<double> values) {
  std::ranges::sort(values);
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2.0;
}

double median(const std::deque<double>& values) {
  return median(std::vector<double>(values.begin(), values.end()));
}

// 1.4826 times the median distance from `centre`: the standard deviation if the values are normal.
double robust_deviation(const std::deque<double>& values, double centre) {
  std::vector<double> distances;
  for (const double value : values) distances.push_back(std::abs(value - centre));
  return 1.4826 * median(std::move(distances));
}

std::optional<HeadEntropy> lowest_head(std::span<const LayerEntropy> entropies) {
  std::optional<HeadEntropy> lowest;
  for (const LayerEntropy& layer : entropies) {
    if (lowest && !(layer.lowest_head_entropy < lowest->relative_entropy)) continue;
    lowest = {.kind = layer.kind,
              .layer = layer.layer,
              .head = layer.lowest_head,
              .relative_entropy = layer.lowest_head_entropy};
  }
  return lowest;
}

ordered_json to_json(const std::optional<HeadEntropy>& head) {
  if (!head) return nullptr;
  return {{"kind", layers::name(head->kind)},
          {"layer", head->layer},
          {"head", head->head},
          {"relative_entropy", json_number(head->relative_entropy)}};
}

std::optional<HeadEntropy> head_from_json(const ordered_json& json) {
  if (json.is_null()) return std::nullopt;
  return HeadEntropy{.kind = attention_kind(json.at("kind").get<std::string>()),
                     .layer = json.at("layer").get<int64_t>(),
                     .head = json.at("head").get<int64_t>(),
                     .relative_entropy = number_from_json(json.at("relative_entropy"))};
}

}  // namespace

StabilityMonitor::StabilityMonitor(const StabilityRules& rules) : rules_(rules) {}

std::vector<EventRecord> StabilityMonitor::observe(int64_t update, double loss,
                                                   std::span<const LayerEntropy> entropies) {
  std::vector<EventRecord> events;
  const auto report = [&events](Event event) {
    if (event) events.push_back(std::move(*event));
  };
  for (const LayerEntropy& entropy : entropies) report(observe_entropy(update, entropy));
  if (!entropies.empty()) lowest_ = lowest_head(entropies);
  if (!std::isfinite(loss)) {
    report(observe_non_finite(update, loss));
    return events;
  }
  report(observe_spike(update, loss));
  losses_.push_back(loss);
  if (static_cast<int64_t>(losses_.size()) > rules_.median_updates) losses_.pop_front();
  if (static_cast<int64_t>(losses_.size()) == rules_.median_updates) {
    const double now = median(losses_);
    report(observe_rise(update, now));
    report(observe_plateau(update, now));
  }
  return events;
}

StabilityMonitor::Event StabilityMonitor::observe_entropy(int64_t update,
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
                                {"head", entropy.lowest_head},
                                {"first_update", layer.first_low_update},
                                {"relative_entropy", json_number(value)},
                                {"reference", json_number(*layer.reference)}}};
}

StabilityMonitor::Event StabilityMonitor::observe_non_finite(int64_t update, double loss) {
  if (non_finite_) return std::nullopt;
  non_finite_ = true;
  return EventRecord{
      .update = update,
      .kind = "divergence",
      .message = concatenate("divergence: the loss of update ", update, " is ", loss),
      .fields = {{"cause", "non_finite_loss"},
                 {"first_update", update},
                 {"loss", json_number(loss)},
                 {"best_median", json_number(best_median_)},
                 {"lowest_head", to_json(lowest_)}}};
}

StabilityMonitor::Event StabilityMonitor::observe_spike(int64_t update, double loss) {
  if (static_cast<int64_t>(losses_.size()) < rules_.median_updates) return std::nullopt;
  const double centre = median(losses_);
  const double rise =
      std::max(rules_.spike_rise, rules_.spike_deviations * robust_deviation(losses_, centre));
  const bool was_in_spike = in_spike_;
  in_spike_ = loss > centre + rise;
  if (!in_spike_ || was_in_spike) return std::nullopt;
  ++spikes_;
  return EventRecord{.update = update,
                     .kind = "spike",
                     .message = concatenate("spike: the loss of update ", update, " is ", loss,
                                            ", the median before it ", centre),
                     .fields = {{"first_update", update},
                                {"loss", json_number(loss)},
                                {"median", json_number(centre)},
                                {"lowest_head", to_json(lowest_)}}};
}

StabilityMonitor::Event StabilityMonitor::observe_rise(int64_t update, double median_loss) {
  best_median_ = std::min(best_median_.value_or(median_loss), median_loss);
  if (median_loss <= *best_median_ + rules_.divergence_rise) {
    high_updates_ = 0;
    return std::nullopt;
  }
  if (high_updates_++ == 0) {
    first_high_update_ = update;
    lowest_at_rise_ = lowest_;
  }
  if (risen_ || high_updates_ < rules_.divergence_updates) return std::nullopt;

  risen_ = true;
  return EventRecord{
      .update = update,
      .kind = "divergence",
      .message = concatenate("divergence: median loss ", median_loss, ", above the best median ",
                             *best_median_, " by more than ", rules_.divergence_rise,
                             " nats since update ", first_high_update_),
      .fields = {{"cause", "loss_rise"},
                 {"first_update", first_high_update_},
                 {"loss", json_number(median_loss)},
                 {"best_median", json_number(best_median_)},
                 {"lowest_head", to_json(lowest_at_rise_)}}};
}

StabilityMonitor::Event StabilityMonitor::observe_plateau(int64_t update, double median_loss) {
  if (!first_median_) first_median_ = median_loss;
  if (!level_ || median_loss < *level_ - rules_.plateau_fall) {
    level_ = median_loss;
    level_update_ = update;
    on_plateau_ = false;
  }
  const bool idle = update - level_update_ >= rules_.plateau_updates;
  if (on_plateau_ || !idle || median_loss <= rules_.plateau_level * *first_median_) {
    return std::nullopt;
  }
  on_plateau_ = true;
  return EventRecord{
      .update = update,
      .kind = "plateau",
      .message = concatenate("plateau: median loss ", median_loss, ", was ", *level_, " at update ",
                             level_update_, " and ", *first_median_, " at first"),
      .fields = {{"first_update", level_update_},
                 {"loss", json_number(median_loss)},
                 {"level", json_number(level_)},
                 {"first_median", json_number(first_median_)}}};
}

bool StabilityMonitor::collapsed() const {
  return std::ranges::any_of(layers_, [](const auto& entry) { return entry.second.collapsed; });
}

std::string StabilityMonitor::status() const {
  if (diverged()) return "diverged";
  if (collapsed()) return "collapsed";
  return on_plateau_ ? "plateau" : "ok";
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
          {"lowest", to_json(lowest_)},
          {"lowest_at_rise", to_json(lowest_at_rise_)},
          {"non_finite", non_finite_},
          {"risen", risen_},
          {"in_spike", in_spike_},
          {"spikes", spikes_},
          {"first_median", json_number(first_median_)},
          {"level", json_number(level_)},
          {"level_update", level_update_},
          {"on_plateau", on_plateau_}};
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
    restored.lowest_ = head_from_json(state.at("lowest"));
    restored.lowest_at_rise_ = head_from_json(state.at("lowest_at_rise"));
    restored.in_spike_ = state.at("in_spike").get<bool>();
    restored.spikes_ = state.at("spikes").get<int64_t>();
    restored.first_median_ = optional_number_from_json(state.at("first_median"));
    restored.level_ = optional_number_from_json(state.at("level"));
    restored.level_update_ = state.at("level_update").get<int64_t>();
    restored.on_plateau_ = state.at("on_plateau").get<bool>();
  } catch (const nlohmann::json::exception& error) {
    throw InputError("cannot restore the state of the stability rules: ", error.what());
  }
  *this = std::move(restored);
}

}  // namespace nmt::stability

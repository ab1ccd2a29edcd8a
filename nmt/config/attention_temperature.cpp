#include "nmt/config/attention_temperature.h"

#include "data/text/error.h"
#include "nmt/cli/parse_value.h"

namespace nmt::config {
namespace {

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

layers::AttentionKind parse_kind(const std::string& text) {
  if (const auto kind = layers::find_attention_kind(text)) return *kind;
  throw UsageError("the attention kind must be ", layers::kAttentionKindNames, ", got '", text,
                   "'");
}

void parse_layers(const std::string& text, AttentionTemperature& setting) {
  const std::vector<std::string> ends = split(text, '-');
  setting.first_layer = cli::parse_whole_number(ends.front());
  setting.last_layer = cli::parse_whole_number(ends.back());
  if (ends.size() > 2 || setting.first_layer < 1 || *setting.last_layer < setting.first_layer) {
    throw UsageError("layers must be a number from 1 or a range such as 2-4, got '", text, "'");
  }
}

// From part `first` on: T[:kind[:layers]].
AttentionTemperature parse_setting(const std::vector<std::string>& parts, size_t first) {
  AttentionTemperature setting;
  setting.temperature = cli::parse_real(parts[first]);
  if (!(setting.temperature > 0.0)) {
    throw UsageError("a temperature must be above 0, got ", parts[first]);
  }
  if (parts.size() > first + 1) setting.kind = parse_kind(parts[first + 1]);
  if (parts.size() > first + 2) parse_layers(parts[first + 2], setting);
  return setting;
}

std::string to_string(const AttentionTemperature& setting) {
  std::string text = cli::format_real(setting.temperature);
  if (!setting.kind) return text;
  text += concatenate(":", layers::name(*setting.kind));
  if (!setting.last_layer) return text;
  text += concatenate(":", setting.first_layer);
  if (*setting.last_layer != setting.first_layer) text += concatenate("-", *setting.last_layer);
  return text;
}

}  // namespace

bool AttentionTemperature::covers(layers::AttentionKind which, int64_t layer) const {
  return (!kind || *kind == which) && layer >= first_layer && (!last_layer || layer <= *last_layer);
}

std::vector<AttentionTemperature> parse_attention_temperatures(std::string_view text) {
  std::vector<AttentionTemperature> settings;
  if (text.empty()) return settings;
  for (const std::string& item : split(text, ',')) {
    const std::vector<std::string> parts = split(item, ':');
    if (parts.size() > 3) {
      throw UsageError("must be T[:kind[:layers]], such as 0.5:cross:1-6, got '", item, "'");
    }
    settings.push_back(parse_setting(parts, 0));
  }
  return settings;
}

std::vector<TemperatureChange> parse_temperature_changes(std::string_view text) {
  std::vector<TemperatureChange> changes;
  if (text.empty()) return changes;
  for (const std::string& item : split(text, ',')) {
    const std::vector<std::string> parts = split(item, ':');
    if (parts.size() < 2 || parts.size() > 4) {
      throw UsageError("must be UPDATE:T[:kind[:layers]], such as 500:0.25:cross, got '", item,
                       "'");
    }
    const int64_t update = cli::parse_whole_number(parts[0]);
    if (update < 1) throw UsageError("an update must be at least 1, got ", parts[0]);
    changes.push_back({.update = update, .setting = parse_setting(parts, 1)});
  }
  return changes;
}

std::string to_string(const std::vector<AttentionTemperature>& settings) {
  std::string text;
  for (const AttentionTemperature& setting : settings) {
    text += (text.empty() ? "" : ",") + to_string(setting);
  }
  return text;
}

std::string to_string(const std::vector<TemperatureChange>& changes) {
  std::string text;
  for (const TemperatureChange& change : changes) {
    text += concatenate(text.empty() ? "" : ",", change.update, ":", to_string(change.setting));
  }
  return text;
}

}  // namespace nmt::config

#include "nmt/config/config_member.h"

#include <algorithm>
#include <concepts>
#include <type_traits>

#include "data/text/error.h"
#include "nmt/cli/config_lines.h"
#include "nmt/cli/nearest_name.h"
#include "nmt/cli/parse_value.h"

namespace nmt::config {
namespace {

using Json = nlohmann::ordered_json;
using Strings = std::vector<std::string>;

// The part of `config` that a member pointer goes into.
template <class Part, class Config>
auto& part(Config& config) {
  if constexpr (std::is_same_v<Part, ModelConfig>) return config.model;
  if constexpr (std::is_same_v<Part, DataConfig>) return config.data;
  if constexpr (std::is_same_v<Part, OptimizationConfig>) return config.optimization;
  if constexpr (std::is_same_v<Part, ScheduleConfig>) return config.schedule;
  if constexpr (std::is_same_v<Part, StabilityConfig>) return config.stability;
  if constexpr (std::is_same_v<Part, LaunchConfig>) return config.launch;
  if constexpr (std::is_same_v<Part, TrainingConfig>) return config;
}

template <class T, class Config>
auto& at(Config& config, const Place<T>& place) {
  const auto find = [&]<class Part>(T Part::*member) -> auto& {
    return part<Part>(config).*member;
  };
  return std::visit(find, place);
}

std::string value(const Spelled& kind, const TrainingConfig& config) {
  return kind.get(config);
}

const auto& value(const auto& kind, const TrainingConfig& config) {
  return at(config, kind.place);
}

void set(const Spelled& kind, TrainingConfig& config, const Strings& values) {
  const std::string& text = values.at(0);
  kind.set(config, kind.names == nullptr ? text : cli::parse_choice(text, kind.names()));
}

void set(const auto& kind, TrainingConfig& config, const Strings& values) {
  at(config, kind.place) = kind.parse(values);
}

std::string text_of(bool value) {
  return value ? "true" : "false";
}

std::string text_of(std::integral auto value) {
  return std::to_string(value);
}

std::string text_of(double value) {
  return cli::format_real(value);
}

std::string text_of(const std::string& value) {
  return value.empty() ? "" : cli::quoted_value(value);
}

std::string text_of(Strings values) {
  for (std::string& text : values) text = cli::quoted_value(text);
  return cli::joined(values, " ");
}

// What a value of type T is parsed from, out of JSON of that type.
template <class T>
Strings texts_of(const Json& json) {
  const auto require = [&](bool fits, const char* expected) {
    if (!fits) throw UsageError("must be ", expected, ", got ", json.dump());
  };
  if constexpr (std::is_same_v<T, bool>) {
    require(json.is_boolean(), "true or false");
    return {json.dump()};
  } else if constexpr (std::is_integral_v<T>) {
    require(json.is_number_integer(), "a whole number");
    return {json.dump()};
  } else if constexpr (std::is_same_v<T, double>) {
    require(json.is_number(), "a number");
    return {cli::format_real(json.get<double>())};
  } else if constexpr (std::is_same_v<T, std::string>) {
    require(json.is_string(), "a text");
    return {json.get<std::string>()};
  } else {
    const auto is_text = [](const Json& item) { return item.is_string(); };
    require(json.is_string() || (json.is_array() && std::ranges::all_of(json, is_text)),
            "a list of texts");
    if (json.is_array()) return json.get<Strings>();
    return json == "" ? Strings() : Strings{json.get<std::string>()};
  }
}

std::string rule(const RealRange& range) {
  std::string text = (range.low_open ? "above " : "at least ") + cli::format_real(range.low);
  if (range.high > range.low) {
    text += (range.high_open ? " and below " : " and at most ") + cli::format_real(range.high);
  }
  return text;
}

bool contains(const RealRange& range, double value) {
  if (range.low_open ? value <= range.low : value < range.low) return false;
  return range.high <= range.low || (range.high_open ? value < range.high : value <= range.high);
}

}  // namespace

int64_t Integer::parse(const Strings& values) const {
  if (may_be_auto && (values.at(0) == "auto" || values.at(0) == "0")) return 0;
  return cli::parse_whole_number(values.at(0), minimum, maximum);
}

uint64_t Seed::parse(const Strings& values) const {
  return static_cast<uint64_t>(cli::parse_whole_number(values.at(0), 0));
}

double Real::parse(const Strings& values) const {
  const double value = cli::parse_real(values.at(0));
  if (contains(range, value)) return value;
  throw UsageError("must be ", rule(range), ", got ", values.at(0));
}

Shape Texts::shape() const {
  const std::string most = more > 0 ? concatenate(" to ", count + more) : "";
  return {std::string(placeholder), concatenate(count, most, " paths"), count, more};
}

bool Truth::parse(const Strings& values) const {
  return cli::parse_truth(values.at(0));
}

Shape Spelled::shape() const {
  if (names == nullptr) return {std::string(placeholder), std::string(placeholder)};
  return {cli::joined(names(), "|"), "one of " + cli::joined(names())};
}

Shape shape(const Member& member) {
  return std::visit([](const auto& kind) { return kind.shape(); }, member);
}

bool is_momentary(const Member& member) {
  return std::visit(
      [](const auto& kind) {
        if constexpr (requires { kind.momentary; }) return kind.momentary;
        return false;
      },
      member);
}

std::string value_text(const Member& member, const TrainingConfig& config) {
  return std::visit([&](const auto& kind) { return text_of(value(kind, config)); }, member);
}

void assign(const Member& member, TrainingConfig& config, const Strings& values) {
  std::visit([&](const auto& kind) { set(kind, config, values); }, member);
}

Json value_json(const Member& member, const TrainingConfig& config) {
  return std::visit([&](const auto& kind) { return Json(value(kind, config)); }, member);
}

void assign_json(const Member& member, TrainingConfig& config, const Json& json) {
  const auto read = [&](const auto& kind) {
    using Value = std::decay_t<decltype(value(kind, config))>;
    set(kind, config, texts_of<Value>(json));
  };
  std::visit(read, member);
}

}  // namespace nmt::config

#include "nmt/config/config_member.h"

#include <cmath>

#include "data/text/error.h"
#include "nmt/cli/config_file.h"
#include "nmt/cli/nearest_name.h"
#include "nmt/cli/parse_value.h"

namespace nmt::config {
namespace {

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};

// The part of `config` that a member pointer goes into.
template <class Config, class T>
auto& part(Config& config, T ModelConfig::*) {
  return config.model;
}
template <class Config, class T>
auto& part(Config& config, T DataConfig::*) {
  return config.data;
}
template <class Config, class T>
auto& part(Config& config, T OptimizationConfig::*) {
  return config.optimization;
}
template <class Config, class T>
auto& part(Config& config, T ScheduleConfig::*) {
  return config.schedule;
}
template <class Config, class T>
auto& part(Config& config, T StabilityConfig::*) {
  return config.stability;
}
template <class Config, class T>
auto& part(Config& config, T TrainingConfig::*) {
  return config;
}

template <class T, class Config>
auto& at(Config& config, const Place<T>& place) {
  return std::visit(
      [&](auto member) -> auto& { return part(config, member).*member; }, place);
}

std::string rule(const Interval& interval) {
  std::string text = (interval.low_open ? "above " : "at least ") + cli::format_real(interval.low);
  if (interval.high > interval.low) {
    text +=
        (interval.high_open ? " and below " : " and at most ") + cli::format_real(interval.high);
  }
  return text;
}

double checked(double value, const Interval& interval, const std::string& text) {
  const bool too_low = interval.low_open ? value <= interval.low : value < interval.low;
  const bool has_high = interval.high > interval.low;
  const bool too_high =
      has_high && (interval.high_open ? value >= interval.high : value > interval.high);
  if (too_low || too_high) throw UsageError("must be ", rule(interval), ", got ", text);
  return value;
}

std::string truth_text(bool value) {
  return value ? "true" : "false";
}

[[noreturn]] void refuse(const char* expected, const nlohmann::ordered_json& json) {
  throw UsageError("must be ", expected, ", got ", json.dump());
}

}  // namespace

std::string placeholder(const Member& member) {
  return std::visit(Overloaded{[](const Text& m) { return std::string(m.placeholder); },
                               [](const Texts& m) { return std::string(m.placeholder); },
                               [](const Truth&) { return std::string("true|false"); },
                               [](const Toggle&) { return std::string(); },
                               [](const Named& m) { return cli::joined(m.names(), "|"); },
                               [](const Spelled& m) { return std::string(m.placeholder); },
                               [](const auto&) { return std::string("NUMBER"); }},
                    member);
}

std::string type_name(const Member& member) {
  return std::visit(
      Overloaded{[](const Integer&) { return std::string("whole number"); },
                 [](const Seed&) { return std::string("whole number"); },
                 [](const Real&) { return std::string("number"); },
                 [](const Text&) { return std::string("path"); },
                 [](const Texts& m) {
                   return concatenate(
                       m.count, m.more > 0 ? concatenate(" to ", m.count + m.more) : "", " paths");
                 },
                 [](const Truth&) { return std::string("true or false"); },
                 [](const Toggle&) { return std::string("flag"); },
                 [](const Named& m) { return "one of " + cli::joined(m.names()); },
                 [](const Spelled& m) { return std::string(m.placeholder); }},
      member);
}

int value_count(const Member& member) {
  return std::visit(Overloaded{[](const Texts& m) { return m.count; },
                               [](const Toggle&) { return 0; }, [](const auto&) { return 1; }},
                    member);
}

int optional_value_count(const Member& member) {
  const auto* texts = std::get_if<Texts>(&member);
  return texts == nullptr ? 0 : texts->more;
}

bool is_momentary(const Member& member) {
  return std::holds_alternative<Toggle>(member);
}

std::string value_text(const Member& member, const TrainingConfig& config) {
  return std::visit(
      Overloaded{[&](const Integer& m) { return std::to_string(at(config, m.place)); },
                 [&](const Seed& m) { return std::to_string(config.*m.place); },
                 [&](const Real& m) { return cli::format_real(at(config, m.place)); },
                 [&](const Text& m) {
                   const std::string& text = at(config, m.place);
                   return text.empty() ? "" : cli::quoted_value(text);
                 },
                 [&](const Texts& m) {
                   std::vector<std::string> texts = at(config, m.place);
                   for (std::string& text : texts) text = cli::quoted_value(text);
                   return cli::joined(texts, " ");
                 },
                 [&](const Truth& m) { return truth_text(at(config, m.place)); },
                 [&](const Toggle& m) { return truth_text(at(config, m.place)); },
                 [&](const Named& m) { return m.get(config); },
                 [&](const Spelled& m) { return m.get(config); }},
      member);
}

void assign(const Member& member, TrainingConfig& config, const std::vector<std::string>& values) {
  if (const auto* texts = std::get_if<Texts>(&member)) {
    at(config, texts->place) = values;
    return;
  }
  const std::string& text = values.at(0);
  std::visit(Overloaded{[&](const Integer& m) {
                          at(config, m.place) = cli::parse_whole_number(text, m.minimum, m.maximum);
                        },
                        [&](const Seed& m) {
                          config.*m.place = static_cast<uint64_t>(cli::parse_whole_number(text, 0));
                        },
                        [&](const Real& m) {
                          at(config, m.place) = checked(cli::parse_real(text), m.interval, text);
                        },
                        [&](const Text& m) { at(config, m.place) = text; }, [](const Texts&) {},
                        [&](const Truth& m) { at(config, m.place) = cli::parse_truth(text); },
                        [&](const Toggle& m) { at(config, m.place) = cli::parse_truth(text); },
                        [&](const Named& m) { m.set(config, cli::parse_choice(text, m.names())); },
                        [&](const Spelled& m) { m.set(config, text); }},
             member);
}

nlohmann::ordered_json value_json(const Member& member, const TrainingConfig& config) {
  using Json = nlohmann::ordered_json;
  return std::visit(Overloaded{[&](const Integer& m) { return Json(at(config, m.place)); },
                               [&](const Seed& m) { return Json(config.*m.place); },
                               [&](const Real& m) { return Json(at(config, m.place)); },
                               [&](const Text& m) { return Json(at(config, m.place)); },
                               [&](const Texts& m) { return Json(at(config, m.place)); },
                               [&](const Truth& m) { return Json(at(config, m.place)); },
                               [&](const Toggle& m) { return Json(at(config, m.place)); },
                               [&](const auto&) { return Json(value_text(member, config)); }},
                    member);
}

void assign_json(const Member& member, TrainingConfig& config, const nlohmann::ordered_json& json) {
  const auto texts = [&](bool fits, const char* expected, auto&& text_of) {
    if (!fits) refuse(expected, json);
    assign(member, config, {text_of()});
  };
  const auto whole = [&](const auto&) {
    texts(json.is_number_integer(), "a whole number", [&] { return json.dump(); });
  };
  const auto truth = [&](const auto&) {
    texts(json.is_boolean(), "true or false", [&] { return json.dump(); });
  };
  std::visit(Overloaded{[&](const Integer& m) { whole(m); }, [&](const Seed& m) { whole(m); },
                        [&](const Real&) {
                          texts(json.is_number(), "a number",
                                [&] { return cli::format_real(json.get<double>()); });
                        },
                        [&](const Texts&) {
                          if (json.is_string()) {
                            const auto text = json.get<std::string>();
                            assign(member, config,
                                   text.empty() ? std::vector<std::string>{} : std::vector{text});
                            return;
                          }
                          try {
                            assign(member, config, json.get<std::vector<std::string>>());
                          } catch (const nlohmann::json::exception&) {
                            refuse("a list of texts", json);
                          }
                        },
                        [&](const Truth& m) { truth(m); }, [&](const Toggle& m) { truth(m); },
                        [&](const auto&) {
                          texts(json.is_string(), "a text",
                                [&] { return json.get<std::string>(); });
                        }},
             member);
}

}  // namespace nmt::config

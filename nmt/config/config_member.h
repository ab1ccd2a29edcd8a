// Member: where the value of a key lives, of what type it is and what it may be. Reading, writing
// and JSON go through it, so that no value is ever kept as a string beside the struct.

#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "nmt/config/training_config.h"

namespace nmt::config {

/// A member of type T of TrainingConfig or of one of its parts.
template <class T>
using Place = std::variant<T ModelConfig::*, T DataConfig::*, T OptimizationConfig::*,
                           T ScheduleConfig::*, T StabilityConfig::*, T TrainingConfig::*>;

/// The real numbers from `low` to `high`; an open end does not belong.
struct Interval {
  double low = 0.0;
  bool low_open = false;
  double high = 0.0;  ///< Not above `low`: no upper end.
  bool high_open = true;
};

struct Integer {
  Place<int64_t> place;
  int64_t minimum;
  int64_t maximum = INT64_MAX;
};

struct Seed {
  uint64_t TrainingConfig::*place;
};

struct Real {
  Place<double> place;
  Interval interval;
};

struct Text {
  Place<std::string> place;
  std::string_view placeholder;
};

/// `count` texts and up to `more` behind them, or none by default.
struct Texts {
  Place<std::vector<std::string>> place;
  int count;
  int more;
  std::string_view placeholder;
};

/// `--name true` or `--name false`.
struct Truth {
  Place<bool> place;
};

/// `--name`: a wish for one call of the program, which is saved nowhere.
struct Toggle {
  Place<bool> place;
};

/// An enumeration, by its names.
struct Named {
  std::vector<std::string> (*names)();
  std::string (*get)(const TrainingConfig&);
  void (*set)(TrainingConfig&, const std::string& name);
};

/// A value with a grammar of its own; `set` throws UsageError.
struct Spelled {
  std::string_view placeholder;
  std::string (*get)(const TrainingConfig&);
  void (*set)(TrainingConfig&, const std::string& text);
};

using Member = std::variant<Integer, Seed, Real, Text, Texts, Truth, Toggle, Named, Spelled>;

/// For help: "NUMBER", "relu|gelu|swiglu"; empty for a Toggle.
std::string placeholder(const Member& member);

/// For the reference page: "whole number", "one of relu, gelu, swiglu".
std::string type_name(const Member& member);

/// How many values a flag takes at least; 0 for a Toggle.
int value_count(const Member& member);

/// How many more it may take.
int optional_value_count(const Member& member);

/// Whether the value belongs to one call of the program alone (Toggle).
bool is_momentary(const Member& member);

/// The value as a configuration file writes it; "" if there is none.
std::string value_text(const Member& member, const TrainingConfig& config);

/// Sets the value. Throws UsageError, with rule and value, if it is not allowed.
void assign(const Member& member, TrainingConfig& config, const std::vector<std::string>& values);

/// The value with its own type: number, text, array of texts or truth value.
nlohmann::ordered_json value_json(const Member& member, const TrainingConfig& config);

/// Sets the value from JSON of that type; a text is a list of one, "" an empty list. Throws
/// UsageError as assign does.
void assign_json(const Member& member, TrainingConfig& config, const nlohmann::ordered_json& json);

}  // namespace nmt::config

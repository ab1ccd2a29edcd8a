// Member: where the value of a key lives, of what type it is and what it may be. Reading, writing
// and JSON go through it, so that no value is ever kept as a string beside the struct.
//
// A new kind is one struct with shape() and parse(), and a name in Member.

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
using Place =
    std::variant<T ModelConfig::*, T DataConfig::*, T OptimizationConfig::*, T ScheduleConfig::*,
                 T StabilityConfig::*, T LaunchConfig::*, T TrainingConfig::*>;

/// What flags and pages say of a kind of value.
struct Shape {
  std::string placeholder;  ///< For help: "NUMBER", "relu|gelu|swiglu"; empty for a toggle.
  std::string type_name;    ///< For the reference page: "one of relu, gelu, swiglu".
  int values = 1;           ///< How many values a flag takes at least; 0 for a toggle.
  int optional_values = 0;  ///< How many more it may take.
};

/// The real numbers from `low` to `high`; an open end does not belong.
struct RealRange {
  double low = 0.0;
  bool low_open = false;
  double high = 0.0;  ///< Not above `low`: no upper end.
  bool high_open = true;
};

// Of each kind below, parse() gives the value that a flag's values stand for. It throws UsageError,
// with rule and value, if the key does not allow it. A `momentary` one is a wish for one call of
// the program, which is saved nowhere.

struct Integer {
  Place<int64_t> place;
  int64_t minimum;
  int64_t maximum = INT64_MAX;
  bool may_be_auto = false;  ///< Whether it may be left to the program: "auto", in the struct 0.
  bool momentary = false;

  Shape shape() const {
    return may_be_auto ? Shape{"auto|NUMBER", "whole number or auto"}
                       : Shape{"NUMBER", "whole number"};
  }
  int64_t parse(const std::vector<std::string>& values) const;
};

struct Seed {
  Place<uint64_t> place;

  Shape shape() const { return {"NUMBER", "whole number"}; }
  uint64_t parse(const std::vector<std::string>& values) const;
};

struct Real {
  Place<double> place;
  RealRange range;

  Shape shape() const { return {"NUMBER", "number"}; }
  double parse(const std::vector<std::string>& values) const;
};

struct Text {
  Place<std::string> place;
  std::string_view placeholder;
  std::string_view type_name = "path";
  bool momentary = false;

  Shape shape() const { return {std::string(placeholder), std::string(type_name)}; }
  std::string parse(const std::vector<std::string>& values) const { return values.at(0); }
};

/// `count` texts and up to `more` behind them, or none by default.
struct Texts {
  Place<std::vector<std::string>> place;
  int count;
  int more;
  std::string_view placeholder;

  Shape shape() const;
  std::vector<std::string> parse(const std::vector<std::string>& values) const { return values; }
};

/// `--name true` or `--name false`; if it is momentary, `--name`.
struct Truth {
  Place<bool> place;
  bool momentary = false;

  Shape shape() const {
    return momentary ? Shape{"", "flag", 0} : Shape{"true|false", "true or false"};
  }
  bool parse(const std::vector<std::string>& values) const;
};

/// A value with a grammar of its own, or an enumeration, by its names. `set` throws UsageError.
struct Spelled {
  std::string_view placeholder;  ///< Empty for an enumeration.
  std::string (*get)(const TrainingConfig&);
  void (*set)(TrainingConfig&, const std::string& text);
  std::vector<std::string> (*names)() = nullptr;  ///< Of an enumeration.

  Shape shape() const;
};

using Member = std::variant<Integer, Seed, Real, Text, Texts, Truth, Spelled>;

Shape shape(const Member& member);

/// Whether the value belongs to one call of the program alone.
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

#include "nmt/run_log/json_number.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

#include "data/text/error.h"

namespace nmt::run_log {

using nlohmann::ordered_json;

double rounded(double value, int digits) {
  if (!std::isfinite(value)) return value;
  std::array<char, 32> text;
  const auto written = std::to_chars(text.data(), text.data() + text.size(), value,
                                     std::chars_format::scientific, digits - 1);
  std::from_chars(text.data(), written.ptr, value);
  return value;
}

double rounded_down(double value, int digits) {
  double down = rounded(value, digits);
  // A unit in the last digit is at least this part of the value.
  const double unit = std::pow(10.0, -digits);
  double step = std::max(unit * std::abs(value), std::numeric_limits<double>::denorm_min());
  for (; down > value; step *= 2.0) down = rounded(value - step, digits);
  return down;
}

std::vector<double> rounded(std::vector<double> values, int digits) {
  for (double& value : values) value = rounded(value, digits);
  return values;
}

ordered_json json_number(double value) {
  if (std::isfinite(value)) return value;
  if (std::isnan(value)) return "nan";
  return value > 0 ? "inf" : "-inf";
}

ordered_json json_number(const std::optional<double>& value) {
  return value ? json_number(*value) : ordered_json(nullptr);
}

ordered_json json_numbers(const std::vector<double>& values) {
  ordered_json list = ordered_json::array();
  for (const double value : values) list.push_back(json_number(value));
  return list;
}

ordered_json number_or_null(double value) {
  return std::isnan(value) ? ordered_json(nullptr) : json_number(value);
}

std::optional<double> number_in(const ordered_json& json) {
  if (json.is_number()) return json.get<double>();
  const auto* text = json.get_ptr<const std::string*>();
  if (text == nullptr) return std::nullopt;
  if (*text == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (*text == "inf") return std::numeric_limits<double>::infinity();
  if (*text == "-inf") return -std::numeric_limits<double>::infinity();
  return std::nullopt;
}

double number_from_json(const ordered_json& json) {
  if (const std::optional<double> number = number_in(json)) return *number;
  throw InputError("expected a number, \"nan\", \"inf\" or \"-inf\", found ", json.dump());
}

std::vector<double> numbers_from_json(const ordered_json& json) {
  if (!json.is_array()) throw InputError("expected a list of numbers, found ", json.dump());
  std::vector<double> values;
  values.reserve(json.size());
  for (const ordered_json& item : json) values.push_back(number_from_json(item));
  return values;
}

}  // namespace nmt::run_log

// Numbers in JSON that survive the way there and back, non-finite ones included.
//
// JSON has no NaN and no infinity. They are written as the strings "nan", "inf" and "-inf"; every
// other number with enough digits to give the same double again.

#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

namespace nmt::run_log {

/// Significant digits of statistics, whose further ones say nothing.
inline constexpr int kDigits = 6;

/// Those of a value a head, of which a log has most: finer than any picture of them.
inline constexpr int kHeadDigits = 4;

/// `value` to `digits` significant digits: shorter lines, and still the same double after a way
/// through JSON.
double rounded(double value, int digits = kDigits);

/// As above, but never to more than `value`: for lower bounds.
double rounded_down(double value, int digits = kDigits);

/// As rounded(), each of a list.
std::vector<double> rounded(std::vector<double> values, int digits = kDigits);

/// `value` as a JSON number, or as "nan", "inf" or "-inf".
nlohmann::ordered_json json_number(double value);

/// As above; null for no value.
nlohmann::ordered_json json_number(const std::optional<double>& value);

/// As above, a list.
nlohmann::ordered_json json_numbers(const std::vector<double>& values);

/// As above; null for NaN.
nlohmann::ordered_json number_or_null(double value);

/// The double that json_number() wrote; none if `json` is something else.
std::optional<double> number_in(const nlohmann::ordered_json& json);

/// The double that json_number() wrote. Throws InputError if `json` is something else.
double number_from_json(const nlohmann::ordered_json& json);

/// The same for a list.
std::vector<double> numbers_from_json(const nlohmann::ordered_json& json);

}  // namespace nmt::run_log

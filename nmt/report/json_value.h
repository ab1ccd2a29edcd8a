// Values of a log line that may be absent, null, or the strings that stand for numbers JSON lacks.

#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace nmt::report {

using Json = nlohmann::json;

/// The number that `value` holds: "nan", "inf" and "-inf" by their meaning, NaN for null. Throws
/// InputError if it is anything else.
double number(const Json& value);

/// The number under `key` of `object`; NaN where there is no such key.
double number_at(const Json& object, const char* key);

/// The numbers under `key`, a list; empty where there is no such key or it is null. Throws
/// InputError if it is no list of numbers.
std::vector<double> numbers_at(const Json& object, const char* key);

/// The whole number under `key`, or `absent`. Throws InputError if it is something else.
int64_t integer_at(const Json& object, const char* key, int64_t absent = 0);

/// The text under `key`, or `absent`; other values as JSON writes them.
std::string text_at(const Json& object, const char* key, const std::string& absent = "");

/// The truth value under `key`; false where there is none.
bool flag_at(const Json& object, const char* key);

/// The same; no value where there is none.
std::optional<bool> optional_flag_at(const Json& object, const char* key);

/// The list under `key`; an empty one where there is no such key or it is null. Throws InputError
/// if it is no list of objects.
const Json& objects_at(const Json& object, const char* key);

/// A scalar of a configuration as a person writes it: 0.05, true, adam.
std::string scalar_text(const Json& value);

}  // namespace nmt::report

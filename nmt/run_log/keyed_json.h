// Structs whose keys record_keys.h names, as JSON objects and back.
//
// Writing gives every key, null for no value. Reading is lenient, for logs older and newer than
// this version: a key that is absent or null leaves the member as the struct makes it, unknown keys
// are skipped. A key of the wrong type is an InputError that names it.

#pragma once

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "layers/attention_kind.h"
#include "nmt/run_log/json_number.h"
#include "nmt/run_log/record_keys.h"

namespace nmt::run_log {

/// Adds the keys of `record` to `object`.
template <class Record>
void append_keys(const Record& record, nlohmann::ordered_json& object);

/// The JSON object of `record`.
template <class Record>
nlohmann::ordered_json object_of(const Record& record) {
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  append_keys(record, object);
  return object;
}

/// Puts what `object` has into `record`. Throws InputError if it is no object or a key has the
/// wrong type.
template <class Record>
void take_keys(const nlohmann::ordered_json& object, Record& record);

/// The record that `object` holds. Throws as take_keys() does.
template <class Record>
Record record_of(const nlohmann::ordered_json& object) {
  Record record;
  take_keys(object, record);
  return record;
}

namespace keyed {

using Json = nlohmann::ordered_json;

struct AnyVisit {
  void operator()(const char*, const auto&) const {}
};

template <class T>
concept Keyed = requires(T& record) {
  each_key(record, AnyVisit());
};
template <class T>
concept Optional = requires(const T& value) {
  value.has_value();
};
template <class T>
concept NullIfEmpty = requires(const T& value) {
  value.list;
};
template <class T>
concept IsBinned = requires(const T& value) {
  value.quantiles;
};
template <class T>
concept IsFormer = requires(const T& value) {
  value.former;
};
template <class T>
concept IsTable = requires(const T& value) {
  value.rows;
};
template <class T>
concept IsYounger = requires(const T& value) {
  value.younger;
};

/// The bins of heads' quantiles, null for NaN.
Json bins_of(const std::vector<EntropyQuantiles>& heads);

template <class Row>
Json table_of(const std::vector<Row>& rows);

/// The value of a member.
template <class Value>
Json json_of(const Value& value) {
  if constexpr (std::is_same_v<Value, double>) {
    return json_number(value);
  } else if constexpr (std::is_same_v<Value, layers::AttentionKind>) {
    return layers::name(value);
  } else if constexpr (std::is_same_v<Value, Json> || std::is_constructible_v<std::string, Value> ||
                       std::is_arithmetic_v<Value>) {
    return value;
  } else if constexpr (Optional<Value>) {
    return value ? json_of(*value) : Json(nullptr);
  } else if constexpr (Keyed<const Value>) {
    return object_of(value);
  } else if constexpr (NullIfEmpty<Value>) {
    return value.list.empty() ? Json(nullptr) : json_of(value.list);
  } else if constexpr (IsBinned<Value>) {
    return bins_of(value.quantiles);
  } else if constexpr (IsTable<Value>) {
    return table_of(value.rows);
  } else if constexpr (IsYounger<Value>) {
    return json_of(value.younger);
  } else {
    Json list = Json::array();
    for (const auto& item : value) list.push_back(json_of(item));
    return list;
  }
}

/// The lists of each key of `rows`; an empty list if there are none.
template <class Row>
Json table_of(const std::vector<Row>& rows) {
  Json table = rows.empty() ? Json::array() : Json::object();
  for (const Row& row : rows) {
    each_key(row, [&]<class Value>(const char* key, const Value& value) {
      if constexpr (!IsFormer<Value>) table[key].push_back(json_of(value));
    });
  }
  return table;
}

template <class Row>
std::string take_table(const Json& json, std::vector<Row>& rows);

/// Takes the value of a member and returns nothing, or says what it must be.
std::string take(const Json& json, double& value);
std::string take(const Json& json, int64_t& value);
std::string take(const Json& json, bool& value);
std::string take(const Json& json, std::string& value);
std::string take(const Json& json, Json& value);
std::string take(const Json& json, layers::AttentionKind& value);
std::string take(const Json& json, EntropyQuantiles& value);
std::string take_bins(const Json& json, std::vector<EntropyQuantiles>& heads);

/// The same of any other member.
template <class Value>
std::string take(const Json& json, Value& value) {
  if constexpr (Optional<Value>) {
    return take(json, value.emplace());
  } else if constexpr (Keyed<Value>) {
    if (!json.is_object()) return "an object";
    take_keys(json, value);
    return "";
  } else if constexpr (NullIfEmpty<Value>) {
    return take(json, value.list);
  } else if constexpr (IsBinned<Value>) {
    return take_bins(json, value.quantiles);
  } else if constexpr (IsTable<Value>) {
    return take_table(json, value.rows);
  } else if constexpr (IsFormer<Value>) {
    return take(json, value.former);
  } else if constexpr (IsYounger<Value>) {
    return take(json, value.younger);
  } else {
    if (!json.is_array()) return "a list";
    value.resize(json.size());
    for (size_t i = 0; i < value.size(); ++i) {
      const std::string rule = take(json[i], value[i]);
      if (!rule.empty()) return "a list, each item of which is " + rule;
    }
    return "";
  }
}

/// Throws the InputError "`what` must be `rule`, found ...".
[[noreturn]] void refuse(const std::string& what, const std::string& rule, const Json& found);

/// Puts `found`, which stands under `key`, into `value`, unless it is null. Throws InputError as
/// take_keys().
template <class Value>
void take_found(const Json& found, const char* key, Value& value) {
  if (found.is_null()) return;
  const std::string rule = take(found, value);
  if (!rule.empty()) refuse("\"" + std::string(key) + "\"", rule, found);
}

/// Puts what `object` has under `key`, if anything, into `value`. Throws InputError as take_keys().
template <class Value>
void take_key(const Json& object, const char* key, Value& value) {
  const auto found = object.find(key);
  if (found != object.end()) take_found(*found, key, value);
}

/// Takes the rows of a table, or of a list of objects.
template <class Row>
std::string take_table(const Json& json, std::vector<Row>& rows) {
  if (!json.is_object()) return take(json, rows);
  for (const Json& column : json) {
    if (!column.is_array() || column.size() != json.begin()->size()) {
      return "an object of lists of one length";
    }
  }
  rows.resize(json.empty() ? 0 : json.begin()->size());
  for (size_t i = 0; i < rows.size(); ++i) {
    each_key(rows[i], [&](const char* key, auto&& value) {
      const auto column = json.find(key);
      if (column != json.end()) take_found((*column)[i], key, value);
    });
  }
  return "";
}

}  // namespace keyed

template <class Record>
void append_keys(const Record& record, nlohmann::ordered_json& object) {
  each_key(record, [&]<class Value>(const char* key, const Value& value) {
    if constexpr (!keyed::IsFormer<Value>) object[key] = keyed::json_of(value);
  });
}

template <class Record>
void take_keys(const nlohmann::ordered_json& object, Record& record) {
  if (!object.is_object()) keyed::refuse("a record", "an object", object);
  each_key(record, [&](const char* key, auto&& value) { keyed::take_key(object, key, value); });
}

}  // namespace nmt::run_log

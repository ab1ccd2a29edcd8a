#include "nmt/report/json_value.h"

#include <limits>

#include "data/text/error.h"
#include "nmt/cli/parse_value.h"

namespace nmt::report {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

const Json* find(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

}  // namespace

double number(const Json& value) {
  if (value.is_number()) return value.get<double>();
  if (value.is_null() || value == "nan") return kNan;
  if (value == "inf") return kInfinity;
  if (value == "-inf") return -kInfinity;
  throw InputError("expected a number, found ", value.dump());
}

double number_at(const Json& object, const char* key) {
  const Json* value = find(object, key);
  if (value == nullptr) return kNan;
  try {
    return number(*value);
  } catch (const InputError& error) {
    throw InputError("\"", key, "\": ", error.what());
  }
}

std::vector<double> numbers_at(const Json& object, const char* key) {
  const Json* list = find(object, key);
  if (list == nullptr) return {};
  if (!list->is_array()) throw InputError("\"", key, "\": expected a list, found ", list->dump());
  std::vector<double> values;
  values.reserve(list->size());
  for (const Json& value : *list) values.push_back(number(value));
  return values;
}

int64_t integer_at(const Json& object, const char* key, int64_t absent) {
  const Json* value = find(object, key);
  if (value == nullptr) return absent;
  if (!value->is_number_integer()) {
    throw InputError("\"", key, "\": expected a whole number, found ", value->dump());
  }
  return value->get<int64_t>();
}

std::string text_at(const Json& object, const char* key, const std::string& absent) {
  const Json* value = find(object, key);
  return value == nullptr ? absent : scalar_text(*value);
}

bool flag_at(const Json& object, const char* key) {
  return optional_flag_at(object, key).value_or(false);
}

std::optional<bool> optional_flag_at(const Json& object, const char* key) {
  const Json* value = find(object, key);
  if (value == nullptr || !value->is_boolean()) return std::nullopt;
  return value->get<bool>();
}

const Json& objects_at(const Json& object, const char* key) {
  static const Json kNone = Json::array();
  const Json* list = find(object, key);
  if (list == nullptr) return kNone;
  if (!list->is_array()) throw InputError("\"", key, "\": expected a list, found ", list->dump());
  for (const Json& item : *list) {
    if (!item.is_object()) throw InputError("\"", key, "\": expected objects, found ", item.dump());
  }
  return *list;
}

std::string scalar_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float()) return cli::format_real(value.get<double>());
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace nmt::report

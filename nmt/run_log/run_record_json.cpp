#include "nmt/run_log/run_record_json.h"

#include <string>
#include <variant>

#include "nmt/run_log/keyed_json.h"

namespace nmt::run_log {
namespace {

using nlohmann::ordered_json;

// The best validation of a run is so in its end, too, which does not say it.
template <class Record>
Record completed(Record record) {
  if constexpr (std::is_same_v<Record, EndRecord>) {
    if (record.best) record.best->best = true;
  }
  return record;
}

// The record of one line whose type is that of the variant's alternative `Index` or a later one.
template <size_t Index = 0>
std::optional<RunRecord> record_of_type(std::string_view type, const ordered_json& json) {
  if constexpr (Index < std::variant_size_v<RunRecord>) {
    using Record = std::variant_alternative_t<Index, RunRecord>;
    if (type == Record::kType) return completed(record_of<Record>(json));
    return record_of_type<Index + 1>(type, json);
  }
  return std::nullopt;
}

}  // namespace

ordered_json to_json(const RunRecord& record) {
  return std::visit(
      []<class Record>(const Record& one) {
        ordered_json object = {{kTypeKey, Record::kType}};
        append_keys(one, object);
        if constexpr (std::is_same_v<Record, EndRecord>) {
          if (one.best) object[kBestKey].erase(kBestKey);
        }
        return object;
      },
      record);
}

std::optional<std::string_view> type_of(const ordered_json& json) {
  const auto type = json.is_object() ? json.find(kTypeKey) : json.end();
  if (type == json.end() || !type->is_string()) return std::nullopt;
  return type->get_ref<const std::string&>();
}

std::optional<RunRecord> record_from_json(const ordered_json& json) {
  return record_of_type(type_of(json).value_or(""), json);
}

}  // namespace nmt::run_log

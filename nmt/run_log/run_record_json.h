// The lines of run.jsonl.gz: each record as a JSON object and back, by the keys of record_keys.h
// and as leniently as keyed_json.h reads.

#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "nmt/run_log/run_record.h"

namespace nmt::run_log {

/// The JSON object of `record`, its "type" first.
nlohmann::ordered_json to_json(const RunRecord& record);

/// The type of a line, which points into `json`; none if it is no object with a type.
std::optional<std::string_view> type_of(const nlohmann::ordered_json& json);

/// The record of one line. No value for a type that this version does not know. Throws InputError
/// if a key has the wrong type.
std::optional<RunRecord> record_from_json(const nlohmann::ordered_json& json);

}  // namespace nmt::run_log

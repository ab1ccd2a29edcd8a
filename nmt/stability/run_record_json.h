// The lines of run.jsonl: each record as a JSON object and back. run_log.md documents every name.

#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string_view>

#include "nmt/stability/run_record.h"

namespace nmt::stability {

/// The JSON object of `record`, its "type" first.
nlohmann::ordered_json to_json(const RunRecord& record);

/// The record of one line. No value for a type that this version does not know; keys that it does
/// not know are ignored. Throws InputError if a key that every log has is missing, or if one has
/// the wrong type.
std::optional<RunRecord> record_from_json(const nlohmann::ordered_json& json);

/// Names of the keys that hold time or memory and so differ between two otherwise equal runs.
std::span<const std::string_view> machine_fields();

}  // namespace nmt::stability

// Configurations as JSON objects: the keys of config_table.h with values of their own types, flat.
//
//     {"arch": "postln-sigma-18L", "d-model": 512, "dropout": 0.1, "gamma-init": "auto", ...}
//
// A ModelConfig has the keys of the group Model and "vocab-size", the size of its vocabulary. A
// TrainingConfig has every key; there "vocab-size" is what the user asked for, and
// "model-vocab-size" what the vocabulary has, 0 until it is known.

#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "nmt/config/training_config.h"

namespace nmt::config {

nlohmann::ordered_json to_json(const ModelConfig& config);
nlohmann::ordered_json to_json(const TrainingConfig& config);

/// The configuration in `json`; every key must be there and no other. `source` names the file in
/// messages. Throws InputError for a missing or unknown key (with the nearest name) and for a value
/// that the table does not allow.
ModelConfig model_config_from_json(const nlohmann::ordered_json& json, const std::string& source);
TrainingConfig training_config_from_json(const nlohmann::ordered_json& json,
                                         const std::string& source);

}  // namespace nmt::config

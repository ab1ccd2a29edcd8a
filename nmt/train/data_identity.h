// What a run learns from and is validated on, known by its content: by checksums of the segments as
// they were read, not by the names of files. The same text elsewhere, or packed, is the same.

#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "nmt/config/training_config.h"
#include "nmt/train/training_data.h"

namespace nmt::train {

/// {"train": {"pairs": 29000, "source": "0123456789abcdef", "target": ...}, "valid": likewise, or
/// null}; pairs as read, dropped ones included.
nlohmann::json data_identity(const TrainingData& data);

/// Throws InputError if the data_identity under "data" in `state` is not that of `data`, naming the
/// first file of `config` that holds other text. A state from before there were checksums is judged
/// by its number of "pairs". `source` is where `state` stands.
void check_same_data(const nlohmann::json& state, const TrainingData& data,
                     const config::DataConfig& config, const std::string& source);

}  // namespace nmt::train

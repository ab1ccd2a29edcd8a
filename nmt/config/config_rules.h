// Rules that bind several keys together; the range of each single key is in config_table.cpp.

#pragma once

#include "nmt/config/training_config.h"

namespace nmt::config {

/// Throws UsageError, naming the keys and their values, if sizes do not fit together or a σReparam
/// key is set for a model without σReparam.
void validate(const ModelConfig& config);

/// validate(config.model), and the rules of data, optimization and schedule.
void validate(const TrainingConfig& config);

/// The rules of a command line that hold whatever run it is for, before its values are merged with
/// a saved configuration. Throws UsageError.
void validate_call(const TrainingConfig& config);

}  // namespace nmt::config

// Texts printed from the table of keys: the reference page, and a run's effective configuration.

#pragma once

#include <string>

#include "nmt/config/training_config.h"

namespace nmt::config {

/// Every key with type, default, unit and meaning, in Markdown; configs/README.md ends with it.
std::string print_reference();

/// The configuration as `key = value` lines under `# Group` headings: itself a valid file for
/// --config. Keys without a value, and those of this call alone, are left out.
std::string summary(const TrainingConfig& config);

}  // namespace nmt::config

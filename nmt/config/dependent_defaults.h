// Defaults that depend on other keys. They are filled in once, when a run begins, so that its log
// and its checkpoints name the values in force, and a resumed run keeps them:
//
//     weight-decay       0.01 with optimizer adamw
//     tie-embeddings     two-way with a vocabulary for each side
//     lr-decay-updates   max-updates with lr-schedule linear and cosine
//
// Source of 0.01: PyTorch's default of AdamW.

#pragma once

#include <set>
#include <string>

#include "nmt/config/training_config.h"

namespace nmt::config {

/// For a new run: gives the keys above their values where `set_keys` lacks them (weight-decay) or
/// they are 0 (lr-decay-updates). validate() refuses what is still missing.
void complete_defaults(TrainingConfig& config, const std::set<std::string>& set_keys);

/// The part that a run needs which goes on, perhaps with another lr-schedule: gives
/// lr-decay-updates its value, or takes lr-decay-updates and final-learning-rate back to 0 if the
/// schedule has no use for them and `set_keys` lacks them.
void complete_decay_end(TrainingConfig& config, const std::set<std::string>& set_keys);

}  // namespace nmt::config

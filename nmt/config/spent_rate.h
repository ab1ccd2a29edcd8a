// Schedules that come to a learning rate of 0, linear and cosine without a final-learning-rate:
// from there on an update would change nothing, so a run ends there.

#pragma once

#include <cstdint>

#include "nmt/config/training_config.h"

namespace nmt::config {

/// Whether the updates behind `update` have a learning rate of 0.
bool rate_is_spent(const OptimizationConfig& rate, int64_t update);

/// For a run that goes on from `update` with the settings `now` in place of `saved`. Throws
/// UsageError, with the remedy, if it is asked for updates that would learn nothing: if max-updates
/// changes to more than the schedule has, or if the rate is spent already and a limit is raised or
/// a key of the schedule changed.
void require_rate(const TrainingConfig& saved, const TrainingConfig& now, int64_t update);

}  // namespace nmt::config

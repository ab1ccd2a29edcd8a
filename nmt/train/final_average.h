// average/: the mean of the last average-last checkpoints, of a run that has come to its end.
// Checkpoints from before the last change of attention-temperature-at are left out: weights at
// different temperatures are not of one model.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nmt/checkpoint/checkpoint_set.h"
#include "nmt/config/training_config.h"
#include "nmt/train/run_reporter.h"

namespace nmt::train {

/// Reports at `update`, where limits tell it hours beforehand, that checkpoints will be left out.
void report_average_to_come(const config::TrainingConfig& config, int64_t update,
                            RunReporter& reporter);

/// The folders of the checkpoints to average after the run's last `update`, two or more or none;
/// reports if some are left out.
std::vector<std::string> checkpoints_to_average(const config::TrainingConfig& config,
                                                int64_t update,
                                                const checkpoint::CheckpointSet& checkpoints,
                                                RunReporter& reporter);

/// Writes the mean of `folders`; if there are none, removes that of fewer updates. Throws
/// InputError.
void write_average(const config::TrainingConfig& config, const std::vector<std::string>& folders);

}  // namespace nmt::train

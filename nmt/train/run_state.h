// RunState: what a run needs to go on to the bit. Whatever gets a state is added to save() and
// restore(), which stand side by side.

#pragma once

#include <string>

#include "nmt/checkpoint/checkpoint_set.h"
#include "nmt/config/training_config.h"
#include "nmt/run_log/stability_monitor.h"
#include "nmt/train/run_progress.h"
#include "nmt/train/run_reporter.h"
#include "nmt/train/train_step.h"
#include "nmt/train/training_data.h"

namespace nmt::train {

/// The parts of the run that `config` describes and that have a state.
struct RunState {
  const config::TrainingConfig& config;
  const TrainingData& data;
  TrainStep& step;
  run_log::StabilityMonitor& monitor;
  RunReporter& reporter;
  RunProgress& progress;

  /// Writes the checkpoint of the progress' update. Throws InputError as CheckpointSet::save does.
  void save(const checkpoint::CheckpointSet& checkpoints) const;

  /// Puts back what save() wrote into the checkpoint `folder`. Throws InputError if it is damaged,
  /// or does not fit the model or the data.
  void restore(const std::string& folder);
};

/// The model of `config` with the attention temperatures in force after `update`.
config::ModelConfig model_in_force(const config::TrainingConfig& config, int64_t update);

}  // namespace nmt::train

// RunOrigin: what a run begins with, or goes on with: its settings, its weights, its vocabulary.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "nmt/checkpoint/checkpoint_set.h"
#include "nmt/config/training_command.h"
#include "nmt/train/training_start.h"

namespace nmt::train {

struct RunOrigin {
  config::TrainingConfig config;
  TrainingStart at;
  std::string opening;  ///< A line for people that says what run this is; empty: nothing special.
  std::optional<checkpoint::VocabularyBytes> vocabulary;  ///< To use; none: of its own.
};

/// A new run: from the seed, from another run's checkpoint (branch-from), or from another model
/// (init-from). Throws UsageError as new_config, branched_config and initialized_config do;
/// InputError if what it starts from is missing or damaged.
RunOrigin new_run(const config::TrainingCommand& command);

/// The same run once more, of which nothing is left but its settings and, where it branched off
/// from another, the checkpoint `branched_from`. Throws as new_run does.
RunOrigin repeated_run(const config::TrainingConfig& config, const std::string& branched_from);

/// The run whose newest checkpoint is `from`. Throws UsageError as resumed_config does, InputError
/// if the checkpoint is damaged.
RunOrigin resumed_run(const checkpoint::CheckpointSet::Entry& from,
                      const config::TrainingCommand& command);

}  // namespace nmt::train

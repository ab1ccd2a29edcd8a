// The folder that a run writes into: refuses to mix runs, finds where to go on.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "nmt/config/training_command.h"
#include "nmt/stability/run_record.h"
#include "nmt/train/folder_lock.h"

namespace nmt::train {

inline constexpr const char* kRunLogFile = "run.jsonl";
inline constexpr const char* kTensorboardFolder = "tensorboard";

/// What a run starts from.
struct RunStart {
  config::TrainingConfig config;
  FolderLock lock;                        ///< On the model folder; to be kept while the run writes.
  std::optional<std::string> checkpoint;  ///< Folder to go on from; none: start anew.
  int64_t update = 0;                     ///< Of that checkpoint.
  std::optional<stability::EventRecord> branch;  ///< If it is another run's: what is changed.
  std::optional<std::string> vocabulary;         ///< Bytes of its spm.model.
};

/// Creates `command.config.model_dir` if it is missing and finds where to start: anew in an empty
/// folder or with --overwrite, there from another run's checkpoint with --branch-from; from the
/// newest checkpoint with --resume (a run that was killed before its first one starts anew). Clears
/// up what a killed process left half-written, and leaves all else as it is. Throws UsageError if
/// the folder holds something and neither was asked for, if --resume finds no run, or if it comes
/// with a setting that a resume cannot change; InputError if the folder cannot be written, another
/// process writes into it, or the checkpoint is damaged.
RunStart prepare_model_dir(const config::TrainingCommand& command);

/// Removes what will not be part of the run: a former run, or the lines of the log that are later
/// than the checkpoint. To be called once everything else that the run needs has been found good,
/// so that a wrong file name costs nobody a finished run. Throws InputError.
void discard_what_is_replaced(const RunStart& start);

}  // namespace nmt::train

// The folder that a run writes into: refuses to mix runs, finds where to go on.

#pragma once

#include "nmt/config/training_command.h"
#include "nmt/train/folder_lock.h"
#include "nmt/train/new_folders.h"
#include "nmt/train/run_origin.h"

namespace nmt::train {

inline constexpr const char* kTensorboardFolder = "tensorboard";

/// A run that may write into its folder, but has not begun to.
struct RunStart {
  NewFolders folders;  ///< Made for the run; gone again if it does not begin.
  FolderLock lock;     ///< On the model folder; to be kept while the run writes.
  RunOrigin origin;
};

/// Creates `command.config.model_dir` if it is missing and finds where to start:
///
///     in an empty folder, or with --overwrite   anew; there from another run's checkpoint with
///                                               --branch-from, from another model with --init-from
///     with --resume                             from the newest checkpoint; a run that was killed
///                                               before its first one starts anew, as it began
///
/// Clears up what a killed process left half-written, and leaves all else as it is. Throws
/// UsageError if the folder holds something and neither was asked for, if --resume finds no run, or
/// as the functions of training_command.h do; InputError if the folder cannot be written, another
/// process writes into it, or what the run starts from is damaged.
RunStart prepare_model_dir(const config::TrainingCommand& command);

/// Removes what will not be part of the run: a former run, or the lines of the log that are later
/// than the checkpoint. From here on the folder is the run's. To be called once everything else
/// that the run needs has been found good, so that a refused run leaves its folder as it was.
/// Throws InputError.
void discard_what_is_replaced(RunStart& start);

}  // namespace nmt::train

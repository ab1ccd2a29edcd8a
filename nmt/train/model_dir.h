// The folder that a run writes into: refuses to mix runs, finds where to go on.

#pragma once

#include <optional>
#include <string>

#include "nmt/config/training_command.h"

namespace nmt::train {

/// What a run starts from.
struct RunStart {
  config::TrainingConfig config;
  std::optional<std::string> checkpoint;  ///< Folder to go on from.
  std::optional<std::string> vocabulary;  ///< Bytes of its spm.model.
};

inline constexpr const char* kRunLogFile = "run.jsonl";

/// Makes `command.config.model_dir` ready: created if missing; emptied of a former run with
/// --overwrite; with --resume, the newest checkpoint found and the log cut back to it (a run that
/// was killed before its first checkpoint starts anew).
/// Throws UsageError if the folder holds something and neither was asked for, or if --resume comes
/// with a setting that a resume cannot change; InputError if the folder cannot be written.
RunStart prepare_model_dir(const config::TrainingCommand& command);

}  // namespace nmt::train

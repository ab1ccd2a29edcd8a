#include "nmt/train/model_dir.h"

#include <unistd.h>

#include <filesystem>

#include "data/text/error.h"
#include "nmt/checkpoint/checkpoint_set.h"
#include "nmt/config/config_json.h"
#include "nmt/stability/run_log.h"

namespace nmt::train {
namespace {

namespace fs = std::filesystem;

void make_writable(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error || access(folder.c_str(), W_OK | X_OK) != 0) {
    throw InputError("model folder ", folder.string(), ": cannot be written",
                     error ? concatenate(" (", error.message(), ")") : std::string(),
                     "; name another one with --model-dir");
  }
}

// Only what runs write is removed: a mistyped --model-dir must not cost anybody their files.
void remove_former_run(const fs::path& folder) {
  for (const char* name : {"checkpoints", "best", "average", kRunLogFile}) {
    fs::remove_all(folder / name);
  }
}

RunStart fresh(const config::TrainingConfig& config) {
  return {.config = config, .checkpoint = std::nullopt, .vocabulary = std::nullopt};
}

RunStart resumed(const config::TrainingCommand& command, const fs::path& folder) {
  const checkpoint::CheckpointSet checkpoints((folder / "checkpoints").string());
  const auto newest = checkpoints.newest();
  if (!newest) {
    remove_former_run(folder);
    return fresh(command.config);
  }
  const std::string source = newest->folder + "/" + checkpoint::kStateFile;
  const nlohmann::json state = checkpoint::load_training_state(newest->folder).state;
  if (!state.contains("config")) throw InputError(source, ": holds no configuration");
  const config::TrainingConfig saved = config::training_config_from_json(state["config"], source);
  stability::truncate_after(folder / kRunLogFile, newest->update);
  return {.config = config::resumed_config(saved, command),
          .checkpoint = newest->folder,
          .vocabulary = checkpoint::load_model(newest->folder).vocabulary};
}

}  // namespace

RunStart prepare_model_dir(const config::TrainingCommand& command) {
  const fs::path folder = command.config.model_dir;
  make_writable(folder);
  if (fs::is_empty(folder)) return fresh(command.config);
  if (command.config.resume) return resumed(command, folder);
  if (!command.config.overwrite) {
    throw UsageError("model folder ", folder.string(),
                     " is not empty: add --resume to go on with its run, --overwrite to replace "
                     "it, or name another one with --model-dir");
  }
  remove_former_run(folder);
  return fresh(command.config);
}

}  // namespace nmt::train

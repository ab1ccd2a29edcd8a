#include "nmt/train/model_dir.h"

#include <unistd.h>

#include <filesystem>
#include <utility>

#include "data/text/error.h"
#include "nmt/checkpoint/checkpoint_set.h"
#include "nmt/checkpoint/staged_folder.h"
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
    std::error_code error;
    fs::remove_all(folder / name, error);
    if (error) {
      throw InputError((folder / name).string(), ": cannot be removed (", error.message(), ")");
    }
  }
}

RunStart fresh(const config::TrainingConfig& config, FolderLock lock) {
  return {.config = config,
          .lock = std::move(lock),
          .checkpoint = std::nullopt,
          .update = 0,
          .vocabulary = std::nullopt};
}

std::string checkpoints_in(const fs::path& folder) {
  return (folder / "checkpoints").string();
}

RunStart resumed(const config::TrainingCommand& command, const fs::path& folder) {
  if (!fs::exists(folder / kRunLogFile) && !fs::exists(checkpoints_in(folder))) {
    throw UsageError(
        "--resume: model folder ", folder.string(),
        " holds no run to go on with; name the run's folder with --model-dir, or leave "
        "--resume out to start one");
  }
  make_writable(folder);
  FolderLock lock(folder.string());
  checkpoint::remove_leftovers(folder.string());
  const checkpoint::CheckpointSet checkpoints(checkpoints_in(folder));
  checkpoints.remove_leftovers();
  const auto newest = checkpoints.newest();
  if (!newest) return fresh(command.config, std::move(lock));
  const std::string source = newest->folder + "/" + checkpoint::kStateFile;
  const nlohmann::json state = checkpoint::load_training_state(newest->folder).state;
  if (!state.contains("config")) throw InputError(source, ": holds no configuration");
  const config::TrainingConfig saved = config::training_config_from_json(state["config"], source);
  return {.config = config::resumed_config(saved, command),
          .lock = std::move(lock),
          .checkpoint = newest->folder,
          .update = newest->update,
          .vocabulary = checkpoint::load_model(newest->folder).vocabulary};
}

}  // namespace

RunStart prepare_model_dir(const config::TrainingCommand& command) {
  const fs::path folder = command.config.model_dir;
  if (command.config.resume) return resumed(command, folder);
  make_writable(folder);
  FolderLock lock(folder.string());
  if (!fs::is_empty(folder) && !command.config.overwrite) {
    throw UsageError("model folder ", folder.string(),
                     " is not empty: add --resume to go on with its run, --overwrite to replace "
                     "it, or name another one with --model-dir");
  }
  return fresh(command.config, std::move(lock));
}

void discard_what_is_replaced(const RunStart& start) {
  const fs::path folder = start.config.model_dir;
  if (start.checkpoint) {
    stability::truncate_after(folder / kRunLogFile, start.update);
    return;
  }
  checkpoint::remove_leftovers(folder.string());
  remove_former_run(folder);
}

}  // namespace nmt::train

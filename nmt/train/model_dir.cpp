#include "nmt/train/model_dir.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "data/text/error.h"
#include "nmt/checkpoint/checkpoint_set.h"
#include "nmt/checkpoint/staged_folder.h"
#include "nmt/config/config_json.h"
#include "nmt/config/config_table.h"
#include "nmt/stability/run_log.h"
#include "nmt/train/piped_text.h"
#include "nmt/train/training_state.h"

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

bool has_sets_in(const fs::path& folder, const config::DataConfig& data) {
  const auto is_there = [&](const std::string& path) {
    std::error_code ignored;
    return fs::equivalent(fs::path(path).parent_path(), folder, ignored);
  };
  return std::ranges::any_of(data.train_sets, is_there) ||
         std::ranges::any_of(data.valid_sets, is_there);
}

void remove_tree(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) throw InputError(path.string(), ": cannot be removed (", error.message(), ")");
}

// Only what runs write is removed: a mistyped --model-dir must not cost anybody their files.
void remove_former_run(const fs::path& folder, const config::DataConfig& data) {
  for (const char* name : {"checkpoints", "best", "average", kTensorboardFolder, kRunLogFile}) {
    remove_tree(folder / name);
  }
  if (!has_sets_in(folder / kPipedTextFolder, data)) remove_tree(folder / kPipedTextFolder);
}

std::string checkpoints_in(const fs::path& folder) {
  return (folder / "checkpoints").string();
}

config::TrainingConfig saved_config(const std::string& checkpoint) {
  const std::string source = checkpoint + "/" + checkpoint::kStateFile;
  const nlohmann::json state = checkpoint::load_training_state(checkpoint).state;
  if (!state.contains("config")) throw InputError(source, ": holds no configuration");
  return config::training_config_from_json(state["config"], source);
}

// The checkpoint that `path` is, or the newest one of the model folder that it is.
checkpoint::CheckpointSet::Entry checkpoint_at(const std::string& path) {
  if (const auto newest = checkpoint::CheckpointSet(checkpoints_in(path)).newest()) return *newest;
  if (!checkpoint::is_complete_checkpoint(path)) {
    throw InputError("--branch-from: ", path,
                     " is neither a checkpoint nor a model folder with one");
  }
  const std::string source = path + "/" + checkpoint::kStateFile;
  const nlohmann::json state = checkpoint::load_training_state(path).state;
  return {.update = run_progress_from_json(state, source).update, .folder = path};
}

stability::EventRecord branch_event(const checkpoint::CheckpointSet::Entry& from,
                                    const config::TrainingConfig& saved,
                                    const config::TrainingConfig& now) {
  nlohmann::ordered_json changes = nlohmann::ordered_json::array();
  std::string text;
  for (const config::ConfigDifference& one : config::differences(saved, now)) {
    if (one.key == "model-dir" || one.key == "branch-from" || one.key == "overwrite") continue;
    changes.push_back({{"key", one.key}, {"was", one.saved}, {"now", one.now}});
    text += concatenate(text.empty() ? ": " : ", ", one.key, " ", one.saved, " -> ", one.now);
  }
  return {.update = from.update,
          .kind = "branch",
          .message = concatenate("goes on from ", from.folder, text.empty() ? ", unchanged" : text),
          .fields = {{"from", from.folder}, {"changes", changes}}};
}

RunStart branched(const config::TrainingCommand& command, FolderLock lock) {
  const checkpoint::CheckpointSet::Entry from = checkpoint_at(command.config.branch_from);
  const config::TrainingConfig saved = saved_config(from.folder);
  const config::TrainingConfig config = config::branched_config(saved, command);
  return {.config = config,
          .lock = std::move(lock),
          .checkpoint = from.folder,
          .update = from.update,
          .branch = branch_event(from, saved, config),
          .vocabulary = checkpoint::load_model(from.folder).vocabulary};
}

RunStart anew(const config::TrainingCommand& command, FolderLock lock) {
  if (!command.config.branch_from.empty()) return branched(command, std::move(lock));
  return {.config = command.config,
          .lock = std::move(lock),
          .checkpoint = std::nullopt,
          .update = 0,
          .branch = std::nullopt,
          .vocabulary = std::nullopt};
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
  if (!newest) return anew(command, std::move(lock));
  return {.config = config::resumed_config(saved_config(newest->folder), command),
          .lock = std::move(lock),
          .checkpoint = newest->folder,
          .update = newest->update,
          .branch = std::nullopt,
          .vocabulary = checkpoint::load_model(newest->folder).vocabulary};
}

}  // namespace

RunStart prepare_model_dir(const config::TrainingCommand& command) {
  const fs::path folder = command.config.model_dir;
  if (command.config.resume) return resumed(command, folder);
  make_writable(folder);
  FolderLock lock(folder.string());
  checkpoint::remove_leftovers(folder.string());
  if (!fs::is_empty(folder) && !command.config.overwrite) {
    throw UsageError("model folder ", folder.string(),
                     " is not empty: add --resume to go on with its run, --overwrite to replace "
                     "it, or name another one with --model-dir");
  }
  return anew(command, std::move(lock));
}

void discard_what_is_replaced(const RunStart& start) {
  const fs::path folder = start.config.model_dir;
  if (start.checkpoint && !start.branch) {
    stability::truncate_after(folder / kRunLogFile, start.update);
    return;
  }
  remove_former_run(folder, start.config.data);
}

}  // namespace nmt::train

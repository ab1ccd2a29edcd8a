#include "nmt/train/model_dir.h"

#include <algorithm>
#include <filesystem>
#include <utility>
#include <variant>
#include <vector>

#include "data/text/error.h"
#include "data/text/staged_folder.h"
#include "nmt/checkpoint/checkpoint_set.h"
#include "nmt/config/config_json.h"
#include "nmt/run_log/run_log.h"
#include "nmt/train/piped_text.h"

namespace nmt::train {
namespace {

namespace fs = std::filesystem;

using config::TrainingCommand;
using config::TrainingConfig;

bool has_sets_in(const fs::path& folder, const config::DataConfig& data) {
  const auto is_there = [&](const std::string& path) {
    std::error_code ignored;
    return fs::equivalent(fs::path(path).parent_path(), folder, ignored);
  };
  return std::ranges::any_of(data.train_sets, is_there) ||
         std::ranges::any_of(data.valid_sets, is_there);
}

// Only what runs write is removed: a mistyped --model-dir must not cost anybody their files.
void remove_former_run(const fs::path& folder, const config::DataConfig& data) {
  for (const char* name : {"checkpoints", "best", "average", kTensorboardFolder,
                           run_log::kRunLogFile, run_log::kPlainRunLogFile}) {
    text::remove_tree(folder / name);
  }
  if (!has_sets_in(folder / kPipedTextFolder, data)) text::remove_tree(folder / kPipedTextFolder);
}

// The run whose log is there, by its first records: the settings, and where it branched off.
// The first two; a line that cannot be read ends them.
std::vector<run_log::RunRecord> first_records(const fs::path& log) {
  std::vector<run_log::RunRecord> records;
  if (!fs::exists(log)) return records;
  try {
    run_log::each_record(log, [&](run_log::RunRecord&& record) {
      if (records.size() < 2) records.push_back(std::move(record));
    });
  } catch (const InputError&) {
    return records;
  }
  return records;
}

std::optional<RunOrigin> logged_run(const TrainingCommand& command, const fs::path& folder) {
  const fs::path log = folder / run_log::kRunLogFile;
  const std::vector<run_log::RunRecord> records = first_records(log);
  const auto* start = records.empty() ? nullptr : std::get_if<run_log::ConfigRecord>(&records[0]);
  if (start == nullptr || start->config.empty()) return std::nullopt;
  const auto* event =
      std::ssize(records) > 1 ? std::get_if<run_log::EventRecord>(&records[1]) : nullptr;
  const bool branches = event != nullptr && event->kind == "branch";
  const TrainingConfig config =
      config::resumed_config(config::training_config_from_json(start->config, log.string()),
                             command, branches ? event->update : 0);
  return repeated_run(config, branches ? event->fields.value("from", "") : config.branch_from);
}

RunOrigin resumed(const TrainingCommand& command, const fs::path& folder) {
  const checkpoint::CheckpointSet checkpoints((folder / "checkpoints").string());
  checkpoints.remove_leftovers();
  if (const auto newest = checkpoints.newest()) return resumed_run(*newest, command);
  std::optional<RunOrigin> logged = logged_run(command, folder);
  return logged ? *std::move(logged) : new_run(command);
}

}  // namespace

RunStart prepare_model_dir(const TrainingCommand& command) {
  const fs::path folder = command.config.model_dir;
  const bool resumes = command.config.resume;
  const fs::path log = run_log::log_in(folder);
  if (resumes && log.filename() == run_log::kPlainRunLogFile) {
    throw UsageError("--resume: ", log.string(),
                     " is the log of an older version, which this one cannot go on with; resume "
                     "the run with that version, or begin a new one in its place with --overwrite");
  }
  if (resumes && !fs::exists(log) && !fs::exists(folder / "checkpoints")) {
    throw UsageError(
        "--resume: model folder ", folder.string(),
        " holds no run to go on with; name the run's folder with --model-dir, or leave "
        "--resume out to start one");
  }
  NewFolders folders(folder);
  FolderLock lock(folder.string());
  text::remove_leftovers(folder.string());
  if (!resumes && !fs::is_empty(folder) && !command.config.overwrite) {
    throw UsageError("model folder ", folder.string(),
                     " is not empty: add --resume to go on with its run, --overwrite to replace "
                     "it, or name another one with --model-dir");
  }
  return {.folders = std::move(folders),
          .lock = std::move(lock),
          .origin = resumes ? resumed(command, folder) : new_run(command)};
}

void discard_what_is_replaced(RunStart& start) {
  start.folders.keep();
  const fs::path folder = start.origin.config.model_dir;
  const TrainingStart& at = start.origin.at;
  if (at.checkpoint && !at.branches) {
    run_log::truncate_after(folder / run_log::kRunLogFile, at.update);
    return;
  }
  remove_former_run(folder, start.origin.config.data);
}

}  // namespace nmt::train

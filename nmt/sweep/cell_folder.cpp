#include "nmt/sweep/cell_folder.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <string_view>

#include "data/text/error.h"
#include "nmt/config/config_table.h"
#include "nmt/config/training_command.h"
#include "nmt/run_log/run_log.h"

namespace nmt::sweep {
namespace {

namespace fs = std::filesystem;

// Limits and reactions may change on a resume, but another one gives another result.
bool decides_result(const config::ConfigKey& key) {
  constexpr std::string_view kIdle[] = {"model-dir",        "log-every",      "track-attention",
                                        "statistics-every", "matrices-every", "threads",
                                        "device",           "recompute"};
  return std::ranges::find(kIdle, key.name) == std::end(kIdle);
}

// Whether `config` leaves a key to the run, which settles it by its data.
bool is_left_open(const config::ConfigKey& key, const config::TrainingConfig& config) {
  return key.name == "length-bound" && !config.model.length_bound;
}

std::string shown(const nlohmann::ordered_json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

// `recorded`, which an older program may have written, as this one writes it; as it stands if this
// one does not know such a value.
nlohmann::ordered_json in_todays_words(const config::ConfigKey& key,
                                       const nlohmann::ordered_json& recorded) {
  try {
    config::TrainingConfig scratch;
    config::assign_json(key.member, scratch, recorded);
    config::make_paths_absolute(scratch);
    return config::value_json(key.member, scratch);
  } catch (const UsageError&) {
    return recorded;
  }
}

// Whether the study says nothing of `key` that the run could have been made without: what decides
// no result, what the run settles itself, what comes from another run.
bool is_open(const config::ConfigKey& key, const Cell& cell) {
  return !decides_result(key) || is_left_open(key, cell.config) ||
         (cell.inherits() && !cell.set_keys.contains(std::string(key.name)));
}

// A key that the log lacks is younger than the run. A run without a result is judged by nmt-train
// too, which knows text that lies elsewhere now by its content.
std::vector<std::string> changed_settings(const nlohmann::ordered_json& recorded, const Cell& cell,
                                          bool has_result) {
  std::vector<std::string> changes;
  for (const config::ConfigKey& key : config::config_table()) {
    const auto before = recorded.find(std::string(key.name));
    if (before == recorded.end() || is_open(key, cell)) continue;
    if (!has_result && key.on_resume == config::OnResume::kPathMayChange) continue;
    const nlohmann::ordered_json after = config::value_json(key.member, cell.config);
    if (in_todays_words(key, *before) == after) continue;
    changes.push_back(concatenate(key.name, " (was ", shown(*before), ", now ", shown(after), ")"));
  }
  return changes;
}

// Checkpoints in the making have hidden names.
bool has_checkpoint(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator it(folder / "checkpoints", error), end; !error && it != end;
       it.increment(error)) {
    if (it->path().filename().string().starts_with("update-")) return true;
  }
  return false;
}

}  // namespace

CellFolder look_at(const std::string& folder, const Cell& cell) {
  CellFolder found;
  std::error_code error;
  if (!fs::exists(folder, error) || fs::is_empty(folder, error)) return found;
  found.status = read_run_status(run_log::log_in(folder).string());
  if (found.status.has_result()) {
    found.next = NextStep::kNothing;
  } else if (has_checkpoint(folder)) {
    found.next = NextStep::kResume;
  } else if (fs::exists(fs::path(folder) / kConsoleFile, error)) {
    found.next = NextStep::kRestart;
  } else {
    throw InputError(folder,
                     ": is not empty, and no nmt-sweep began a run in it; move it away, or "
                     "name another folder with --runs");
  }
  if (found.status.config.is_object()) {
    found.changes = changed_settings(found.status.config, cell, found.status.has_result());
  }
  return found;
}

}  // namespace nmt::sweep

#include "nmt/sweep/cell_folder.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <string_view>

#include "data/text/error.h"
#include "nmt/config/config_table.h"

namespace nmt::sweep {
namespace {

namespace fs = std::filesystem;

// Limits and reactions may change on a resume, but another one gives another result.
bool decides_result(const config::ConfigKey& key) {
  constexpr std::string_view kIdle[] = {"model-dir",        "log-every", "track-attention",
                                        "statistics-every", "threads",   "device",
                                        "recompute"};
  return std::ranges::find(kIdle, key.name) == std::end(kIdle);
}

// Whether `config` leaves a key to the run, which settles it by its data.
bool is_left_open(const config::ConfigKey& key, const config::TrainingConfig& config) {
  return key.name == "length-bound" && !config.model.length_bound;
}

std::string shown(const nlohmann::ordered_json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

// A key that the log lacks is younger than the run.
std::vector<std::string> changed_settings(const nlohmann::ordered_json& recorded,
                                          const Cell& cell) {
  std::vector<std::string> changes;
  for (const config::ConfigKey& key : config::config_table()) {
    const std::string name(key.name);
    const auto before = recorded.find(name);
    if (!decides_result(key) || before == recorded.end()) continue;
    if (is_left_open(key, cell.config)) continue;
    if (cell.inherits() && !cell.set_keys.contains(name)) continue;
    const nlohmann::ordered_json after = config::value_json(key.member, cell.config);
    if (*before == after) continue;
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
  found.status = read_run_status(folder + "/run.jsonl");
  if (found.status.config.is_object()) {
    found.changes = changed_settings(found.status.config, cell);
  }
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
  return found;
}

}  // namespace nmt::sweep

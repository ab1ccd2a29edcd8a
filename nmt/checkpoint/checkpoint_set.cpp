#include "nmt/checkpoint/checkpoint_set.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <string_view>

#include "data/text/durable_file.h"
#include "data/text/staged_folder.h"

namespace nmt::checkpoint {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "update-";

// The update that a folder's name says, if folder_name could have made it.
std::optional<int64_t> update_of(const std::string& name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  int64_t update = -1;
  std::from_chars(name.data() + kPrefix.size(), name.data() + name.size(), update);
  if (update < 0 || folder_name(update) != name) return std::nullopt;
  return update;
}

}  // namespace

std::string folder_name(int64_t update) {
  char name[40];
  std::snprintf(name, sizeof name, "update-%08lld", static_cast<long long>(update));
  return name;
}

std::string CheckpointSet::folder(int64_t update) const {
  return (fs::path(root_) / folder_name(update)).string();
}

std::string CheckpointSet::save(int64_t update, const ModelFolder& model,
                                const TrainingState& training) const {
  TORCH_CHECK(update >= 0, "CheckpointSet: the update must be 0 or more, got ", update);
  remove_leftovers();
  save_checkpoint(folder(update), model, training);
  return folder(update);
}

std::vector<CheckpointSet::Entry> CheckpointSet::all() const {
  std::vector<Entry> entries;
  std::error_code error;
  for (fs::directory_iterator it(root_, error), end; !error && it != end; it.increment(error)) {
    const auto update = update_of(it->path().filename().string());
    if (update && is_complete_checkpoint(it->path().string())) {
      entries.push_back({*update, it->path().string()});
    }
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    text::throw_file_error(root_, "cannot read folder", error.value());
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.update < b.update; });
  return entries;
}

std::optional<CheckpointSet::Entry> CheckpointSet::newest() const {
  std::vector<Entry> entries = all();
  if (entries.empty()) return std::nullopt;
  return entries.back();
}

void CheckpointSet::prune(int64_t keep_last) const {
  if (keep_last <= 0) return;
  std::vector<Entry> entries = all();
  while (entries.size() > static_cast<size_t>(keep_last)) {
    text::remove_folder(entries.front().folder);
    entries.erase(entries.begin());
  }
}

void CheckpointSet::remove_leftovers() const {
  text::remove_leftovers(root_);
}

}  // namespace nmt::checkpoint

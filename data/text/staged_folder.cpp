#include "data/text/staged_folder.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <vector>

#include "data/text/descriptor.h"
#include "data/text/durable_file.h"
#include "data/text/error.h"

namespace nmt::text {
namespace {

namespace fs = std::filesystem;

// Names are hidden, ".<name><suffix>", so that no listing of checkpoints takes them for one; and
// such that no file of anyone else is removed with the leftovers.
constexpr const char* kNewSuffix = ".deepnmt-new";
constexpr const char* kOldSuffix = ".deepnmt-old";

std::string without_trailing_slash(const std::string& path) {
  fs::path normal = fs::path(path).lexically_normal();
  if (normal.filename().empty()) normal = normal.parent_path();
  if (normal.filename().empty() || normal.filename() == "." || normal.filename() == "..") {
    throw InputError("'", path, "' cannot be replaced by a folder; give it a name of its own");
  }
  return normal.string();
}

std::string parent_of(const std::string& path) {
  const fs::path parent = fs::path(path).parent_path();
  return parent.empty() ? "." : parent.string();
}

// Makes the names in `folder` durable.
void sync_names(const std::string& folder) {
  if (const int error = sync_folder(folder))
    throw_file_error(folder, "cannot open or write folder", error);
}

std::string hidden_sibling(const std::string& path, const char* suffix) {
  return (fs::path(parent_of(path)) / ("." + fs::path(path).filename().string() + suffix)).string();
}

// The final name of a hidden one with `suffix`, or empty.
std::string visible_name(const std::string& name, std::string_view suffix) {
  if (!name.starts_with('.') || !name.ends_with(suffix) || name.size() < suffix.size() + 2) {
    return "";
  }
  return name.substr(1, name.size() - 1 - suffix.size());
}

void rename_folder(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) throw_file_error(to, "cannot rename to", errno);
}

void replace_by_renames(const std::string& from, const std::string& to) {
  const std::string aside = hidden_sibling(to, kOldSuffix);
  remove_tree(aside);
  rename_folder(to, aside);
  rename_folder(from, to);
  sync_names(parent_of(to));
  remove_tree(aside);
}

}  // namespace

void remove_tree(const std::string& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) throw_file_error(path, "cannot remove", error.value());
}

StagedFolder::StagedFolder(const std::string& target)
    : target_(without_trailing_slash(target)), path_(hidden_sibling(target_, kNewSuffix)) {
  std::error_code error;
  fs::create_directories(parent_of(target_), error);
  if (error) throw_file_error(parent_of(target_), "cannot create folder", error.value());
  remove_tree(path_);
  fs::create_directory(path_, error);
  if (error) throw_file_error(path_, "cannot create folder", error.value());
}

StagedFolder::~StagedFolder() {
  std::error_code ignored;
  if (!committed_) fs::remove_all(path_, ignored);
}

void StagedFolder::commit() {
  sync_names(path_);
  replace_folder(path_, target_);
  committed_ = true;
}

void replace_folder(const std::string& from, const std::string& to, Exchange how) {
  const fs::file_status status = fs::status(to);
  if (fs::exists(status) && !fs::is_directory(status)) {
    throw InputError(to, ": is a file, not a folder; choose another name");
  }
  if (!fs::exists(status) || fs::is_empty(to)) {
    rename_folder(from, to);
    sync_names(parent_of(to));
    return;
  }
  if (how == Exchange::kAtOnce) {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE) == 0) {
      sync_names(parent_of(to));
      remove_tree(from);
      return;
    }
    if (errno != EINVAL && errno != ENOSYS) throw_file_error(to, "cannot replace", errno);
  }
  replace_by_renames(from, to);
}

void remove_folder(const std::string& folder) {
  const std::string path = without_trailing_slash(folder);
  const std::string hidden = hidden_sibling(path, kNewSuffix);
  remove_tree(hidden);
  rename_folder(path, hidden);
  remove_tree(hidden);
}

void remove_leftovers(const std::string& folder) {
  std::error_code error;
  std::vector<fs::path> entries;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    entries.push_back(it->path());
  }
  if (error && error.value() != ENOENT) {
    throw_file_error(folder, "cannot read folder", error.value());
  }
  for (const fs::path& entry : entries) {
    const std::string name = entry.filename().string();
    const std::string moved_aside = visible_name(name, kOldSuffix);
    if (!moved_aside.empty() && !fs::exists(entry.parent_path() / moved_aside)) {
      rename_folder(entry.string(), (entry.parent_path() / moved_aside).string());
    } else if (!moved_aside.empty() || !visible_name(name, kNewSuffix).empty()) {
      remove_tree(entry.string());
    }
  }
}

}  // namespace nmt::text

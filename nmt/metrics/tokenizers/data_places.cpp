#include "nmt/metrics/tokenizers/data_places.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace nmt::metrics {
namespace {

namespace fs = std::filesystem;

// The entries of `folder` whose names begin with `start`, by name; none if it cannot be read.
std::vector<fs::path> entries_starting_with(const fs::path& folder, std::string_view start) {
  std::vector<fs::path> entries;
  std::error_code problem;
  for (fs::directory_iterator it(folder, problem), end; !problem && it != end;
       it.increment(problem)) {
    if (it->path().filename().string().starts_with(start)) entries.push_back(it->path());
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

// Folders that hold lib/python3.*/.
std::vector<fs::path> python_prefixes() {
  std::vector<fs::path> prefixes;
  const char* path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? "" : path;
  while (!rest.empty()) {
    std::string_view folder = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(rest.size(), folder.size() + 1));
    while (folder.size() > 1 && folder.ends_with('/')) folder.remove_suffix(1);
    if (!folder.empty()) prefixes.push_back(fs::path(folder).parent_path());
  }
  prefixes.push_back(fs::path(home_folder()) / ".local");
  prefixes.emplace_back("/usr/local");
  prefixes.emplace_back("/usr");
  return prefixes;
}

void add_if_new(std::vector<fs::path>& paths, fs::path path) {
  if (std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(std::move(path));
}

std::vector<fs::path> package_folders() {
  std::vector<fs::path> folders;
  for (const fs::path& prefix : python_prefixes()) {
    for (const fs::path& version : entries_starting_with(prefix / "lib", "python3")) {
      add_if_new(folders, version / "site-packages");
      add_if_new(folders, version / "dist-packages");
    }
  }
  return folders;
}

}  // namespace

std::string cache_folder(const std::string* sacrebleu, std::string home) {
  if (sacrebleu != nullptr) return *sacrebleu;
  while (home.ends_with('/')) home.pop_back();
  return home + "/.sacrebleu";
}

std::string models_folder() {
  const char* set = std::getenv("SACREBLEU");
  const std::string cache = set == nullptr ? "" : set;
  return (fs::path(cache_folder(set == nullptr ? nullptr : &cache, home_folder())) / "models")
      .string();
}

std::string home_folder() {
  if (const char* home = std::getenv("HOME")) return home;
  const passwd* user = ::getpwuid(::getuid());
  return user == nullptr ? "" : user->pw_dir;
}

std::optional<std::string> place_named_by(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

std::vector<std::string> in_python_packages(std::string_view inner) {
  const bool open = inner.ends_with('*');
  if (open) inner.remove_suffix(1);
  std::vector<std::string> found;
  for (const fs::path& folder : package_folders()) {
    const fs::path path = folder / inner;
    std::error_code problem;
    if (open) {
      for (const fs::path& entry :
           entries_starting_with(path.parent_path(), path.filename().string())) {
        found.push_back(entry.string());
      }
    } else if (fs::exists(path, problem)) {
      found.push_back(path.string());
    }
  }
  return found;
}

}  // namespace nmt::metrics

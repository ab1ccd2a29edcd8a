#include "tests/tree/top_level.h"

#include <fnmatch.h>

#include <algorithm>
#include <fstream>
#include <set>

namespace nmt::tree {
namespace {

namespace fs = std::filesystem;

const std::set<std::string> kProject = {
    "data", "layers",        "nmt",         "configs",           "tools",   "tests",
    ".ci",  ".github",       "README.md",   "CMakeLists.txt",    "LICENSE", ".gitignore",
    ".git", ".clang-format", ".clang-tidy", "CMakePresets.json",
};

// The patterns of an ignore file that can name an entry of the top level.
std::vector<std::string> ignored_names(const fs::path& file) {
  std::vector<std::string> patterns;
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with('/')) line.erase(0, 1);
    if (line.ends_with('/')) line.pop_back();
    if (!line.empty() && !line.starts_with('#')) patterns.push_back(line);
  }
  return patterns;
}

}  // namespace

std::vector<std::string> stray_at_the_top(const fs::path& root) {
  std::vector<std::string> ignored = ignored_names(root / ".gitignore");
  const std::vector<std::string> excluded = ignored_names(root / ".git" / "info" / "exclude");
  ignored.insert(ignored.end(), excluded.begin(), excluded.end());
  std::vector<std::string> messages;
  for (const auto& entry : fs::directory_iterator(root)) {
    const std::string name = entry.path().filename();
    const bool known = kProject.contains(name) ||
                       std::any_of(ignored.begin(), ignored.end(), [&](const std::string& pattern) {
                         return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
                       });
    if (known) continue;
    messages.push_back(name +
                       ": does not belong at the top of the tree; a private file goes into "
                       ".git/info/exclude");
  }
  std::sort(messages.begin(), messages.end());
  return messages;
}

}  // namespace nmt::tree

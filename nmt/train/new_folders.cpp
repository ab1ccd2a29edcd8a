#include "nmt/train/new_folders.h"

#include <unistd.h>

#include <algorithm>

#include "data/text/error.h"

namespace nmt::train {

namespace fs = std::filesystem;

namespace {

// `folder` and those above it that are not there, outermost first.
std::vector<fs::path> missing_folders(const fs::path& folder) {
  std::vector<fs::path> missing;
  std::error_code ignored;
  for (fs::path path = fs::absolute(folder).lexically_normal(); !fs::exists(path, ignored);
       path = path.parent_path()) {
    if (path.has_filename()) missing.push_back(path);
  }
  std::ranges::reverse(missing);
  return missing;
}

}  // namespace

NewFolders::NewFolders(const fs::path& folder) {
  std::error_code error;
  for (const fs::path& missing : missing_folders(folder)) {
    // Not made here: a link to nothing, which is not ours to remove, or another process was first.
    if (fs::create_directory(missing, error)) made_.push_back(missing);
    if (error) break;
  }
  if (error || access(folder.c_str(), W_OK | X_OK) != 0) {
    remove_empty();
    throw InputError("model folder ", folder.string(), ": cannot be written",
                     error ? concatenate(" (", error.message(), ")") : std::string(),
                     "; name another one with --model-dir");
  }
}

void NewFolders::remove_empty() {
  std::error_code ignored;
  for (auto folder = made_.rbegin(); folder != made_.rend(); ++folder) {
    fs::remove(*folder, ignored);  // Refuses what is not empty.
  }
}

}  // namespace nmt::train

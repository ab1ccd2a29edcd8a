#include "nmt/train/new_folders.h"

#include <unistd.h>

#include <algorithm>

#include "data/text/error.h"

namespace nmt::train {

namespace fs = std::filesystem;

NewFolders::NewFolders(const fs::path& folder) {
  std::error_code error;
  for (fs::path missing = fs::absolute(folder).lexically_normal(); !fs::exists(missing, error);
       missing = missing.parent_path()) {
    if (missing.has_filename()) made_.push_back(missing);
  }
  std::reverse(made_.begin(), made_.end());
  fs::create_directories(folder, error);
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

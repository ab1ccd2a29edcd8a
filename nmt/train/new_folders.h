// NewFolders: the folders that a program makes before it is known whether it can do its work. Those
// that are still empty when it gives up go again.

#pragma once

#include <filesystem>
#include <vector>

namespace nmt::train {

class NewFolders {
 public:
  /// Makes `folder` and those above it, as far as they are missing. Throws InputError if that is
  /// not possible, or if `folder` cannot be written into.
  explicit NewFolders(const std::filesystem::path& folder);
  NewFolders(NewFolders&& other) noexcept = default;
  NewFolders& operator=(NewFolders&&) = delete;
  /// Removes what was made and is empty, unless it was kept.
  ~NewFolders() { remove_empty(); }

  void keep() { made_.clear(); }

 private:
  void remove_empty();

  std::vector<std::filesystem::path> made_;  // Outermost first.
};

}  // namespace nmt::train

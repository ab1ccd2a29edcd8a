// FolderLock: at most one process writes into a folder.

#pragma once

#include <optional>
#include <string>
#include <utility>

#include "data/text/descriptor.h"

namespace nmt::train {

/// An advisory lock on the folder itself (flock(2)): nothing lies around after a kill, because the
/// lock dies with its process. Where the file system knows no such locks, it holds nothing.
class FolderLock {
 public:
  /// Throws InputError if another process holds the lock, or if the folder cannot be opened.
  explicit FolderLock(const std::string& folder);
  /// The lock, or none if another process holds it. Throws InputError if the folder cannot be
  /// opened.
  static std::optional<FolderLock> try_lock(const std::string& folder);

 private:
  explicit FolderLock(text::Descriptor folder) : folder_(std::move(folder)) {}

  text::Descriptor folder_;
};

}  // namespace nmt::train

#include "nmt/train/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "data/text/error.h"

namespace nmt::train {

std::optional<FolderLock> FolderLock::try_lock(const std::string& folder) {
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) throw InputError(folder, ": cannot be opened (", std::strerror(errno), ")");
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    close(descriptor);
    return std::nullopt;
  }
  return FolderLock(descriptor);
}

FolderLock::FolderLock(const std::string& folder) : descriptor_(-1) {
  std::optional<FolderLock> lock = try_lock(folder);
  if (!lock) {
    throw InputError("model folder ", folder,
                     ": another nmt-train is writing into it; wait for that run or stop it, or "
                     "name another folder with --model-dir");
  }
  std::swap(descriptor_, lock->descriptor_);
}

FolderLock::FolderLock(FolderLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

FolderLock& FolderLock::operator=(FolderLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace nmt::train

#include "nmt/train/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <cstring>

#include "data/text/error.h"

namespace nmt::train {

std::optional<FolderLock> FolderLock::try_lock(const std::string& folder) {
  text::Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened) throw InputError(folder, ": cannot be opened (", std::strerror(errno), ")");
  if (::flock(opened.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return std::nullopt;
  return FolderLock(std::move(opened));
}

FolderLock::FolderLock(const std::string& folder) {
  std::optional<FolderLock> lock = try_lock(folder);
  if (!lock) {
    throw InputError("model folder ", folder,
                     ": another nmt-train is writing into it; wait for that run or stop it, or "
                     "name another folder with --model-dir");
  }
  *this = *std::move(lock);
}

}  // namespace nmt::train

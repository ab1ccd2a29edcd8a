#include "data/text/append_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "data/text/error.h"

namespace nmt::text {

AppendFile::AppendFile(const std::filesystem::path& path) : path_(path) {
  file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file_ < 0) throw InputError("cannot write ", path.string(), ": ", std::strerror(errno));
}

AppendFile::~AppendFile() {
  ::close(file_);
}

void AppendFile::append(std::string_view bytes) {
  const off_t before = ::lseek(file_, 0, SEEK_END);
  size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t count = ::write(file_, bytes.data() + written, bytes.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      const int reason = count < 0 ? errno : ENOSPC;
      // A torn piece inside the file would make it unreadable once the next one follows.
      if (written > 0) static_cast<void>(!::ftruncate(file_, before));
      throw InputError("cannot write to ", path_.string(), ": ", std::strerror(reason),
                       "; what it held stays as it was");
    }
    written += static_cast<size_t>(count);
  }
}

void AppendFile::sync() {
  if (::fdatasync(file_) != 0 && errno != EINVAL) {
    throw InputError("cannot write ", path_.string(), " to the disk: ", std::strerror(errno));
  }
}

bool AppendFile::empty() const {
  struct stat status {};
  return ::fstat(file_, &status) == 0 && status.st_size == 0;
}

}  // namespace nmt::text

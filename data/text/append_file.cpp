#include "data/text/append_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "data/text/error.h"

namespace nmt::text {

AppendFile::AppendFile(const std::filesystem::path& path)
    : path_(path), file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)) {
  if (!file_) throw InputError("cannot write ", path.string(), ": ", std::strerror(errno));
}

void AppendFile::append(std::string_view bytes) {
  const off_t before = ::lseek(file_.get(), 0, SEEK_END);
  const WriteResult result = write_all(file_.get(), bytes);
  if (result.error == 0) return;
  // A torn piece inside the file would make it unreadable once the next one follows.
  if (result.written > 0) static_cast<void>(!::ftruncate(file_.get(), before));
  throw InputError("cannot write to ", path_.string(), ": ", std::strerror(result.error),
                   "; what it held stays as it was");
}

void AppendFile::sync() {
  if (const int error = text::sync(file_.get())) {
    throw InputError("cannot write ", path_.string(), " to the disk: ", std::strerror(error));
  }
}

bool AppendFile::empty() const {
  struct stat status {};
  return ::fstat(file_.get(), &status) == 0 && status.st_size == 0;
}

}  // namespace nmt::text

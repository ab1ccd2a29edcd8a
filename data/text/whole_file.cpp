#include "data/text/whole_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "data/text/byte_source.h"
#include "data/text/error.h"

namespace nmt::text {
namespace {

// A file being written; removed again unless keep() is called.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string path) : path_(std::move(path)) {
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor_ < 0) throw InputError(path_, ": cannot create: ", std::strerror(errno));
  }
  ~TemporaryFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!kept_) ::unlink(path_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) fail("cannot write");
      bytes.remove_prefix(static_cast<size_t>(count));
    }
  }

  // Some file systems tell of a full disk only here.
  void flush_and_close() {
    if (::fsync(descriptor_) != 0) fail("cannot write");
    if (::close(std::exchange(descriptor_, -1)) != 0) fail("cannot write");
  }

  void rename_to(const std::string& path) {
    if (::rename(path_.c_str(), path.c_str()) != 0) fail("cannot rename to " + path);
    kept_ = true;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw InputError(path_, ": ", what, ": ", std::strerror(errno));
  }

  std::string path_;
  int descriptor_ = -1;
  bool kept_ = false;
};

// Makes the rename itself durable. Not every file system can; the file is whole all the same.
void sync_folder(const std::string& path) {
  std::filesystem::path folder = std::filesystem::path(path).parent_path();
  if (folder.empty()) folder = ".";
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

}  // namespace

std::string read_file(const std::string& path) {
  return read_all(*open_bytes(path));
}

void write_file_atomically(const std::string& path, std::string_view bytes) {
  TemporaryFile file(concatenate(path, ".tmp", ::getpid()));
  file.write(bytes);
  file.flush_and_close();
  file.rename_to(path);
  sync_folder(path);
}

}  // namespace nmt::text

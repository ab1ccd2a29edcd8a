#include "data/text/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>

#include "data/text/error.h"

namespace nmt::text {
namespace {

constexpr unsigned kGzipBuffer = 1u << 18;

size_t read_some(int descriptor, const std::string& name, char* buffer, size_t size) {
  while (true) {
    const ssize_t count = ::read(descriptor, buffer, size);
    if (count >= 0) return static_cast<size_t>(count);
    if (errno != EINTR) throw InputError(name, ": cannot read: ", std::strerror(errno));
  }
}

class PlainSource : public ByteSource {
 public:
  PlainSource(int descriptor, std::string name, bool owned)
      : descriptor_(descriptor), name_(std::move(name)), owned_(owned) {}
  ~PlainSource() override {
    if (owned_) ::close(descriptor_);
  }
  PlainSource(const PlainSource&) = delete;
  PlainSource& operator=(const PlainSource&) = delete;

  size_t read(char* buffer, size_t size) override {
    return read_some(descriptor_, name_, buffer, size);
  }

 private:
  int descriptor_;
  std::string name_;
  bool owned_;
};

class GzipSource : public ByteSource {
 public:
  GzipSource(int descriptor, std::string name) : name_(std::move(name)) {
    file_ = gzdopen(descriptor, "rb");
    if (file_ == nullptr) {
      ::close(descriptor);
      throw InputError(name_, ": not enough memory to unpack it");
    }
    gzbuffer(file_, kGzipBuffer);
  }
  ~GzipSource() override { gzclose_r(file_); }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;

  size_t read(char* buffer, size_t size) override {
    const int count = gzread(file_, buffer, static_cast<unsigned>(std::min<size_t>(size, INT_MAX)));
    // A file that ends inside a member may still deliver its last bytes first.
    int status = Z_OK;
    const char* reason = gzerror(file_, &status);
    if (count > 0) return static_cast<size_t>(count);
    if (status == Z_BUF_ERROR) {
      throw InputError(name_, ": the gzip file is cut short; fetch or pack it again");
    }
    if (count < 0) throw InputError(name_, ": cannot unpack: ", reason);
    return 0;
  }

 private:
  gzFile file_ = nullptr;
  std::string name_;
};

int open_readable(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) throw InputError(path, ": cannot open: ", std::strerror(errno));
  struct stat status {};
  if (::fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode)) {
    ::close(descriptor);
    throw InputError(path, ": is a folder, not a file");
  }
  return descriptor;
}

// zlib passes anything that is not gzip through unchanged, so look first. Pipes cannot be looked
// at.
void check_gzip_mark(int descriptor, const std::string& path) {
  unsigned char mark[2] = {};
  const ssize_t count = ::pread(descriptor, mark, sizeof mark, 0);
  if (count < 0 || (count == 2 && mark[0] == 0x1F && mark[1] == 0x8B)) return;
  ::close(descriptor);
  throw InputError(path, ": its name ends in .gz, but it is not a gzip file",
                   count == 0 ? " (it is empty)" : "");
}

}  // namespace

std::unique_ptr<ByteSource> open_bytes(const std::string& path) {
  if (path == "-") {
    return std::make_unique<PlainSource>(STDIN_FILENO, "standard input", /*owned=*/false);
  }
  const int descriptor = open_readable(path);
  if (!path.ends_with(".gz")) {
    return std::make_unique<PlainSource>(descriptor, path, /*owned=*/true);
  }
  check_gzip_mark(descriptor, path);
  return std::make_unique<GzipSource>(descriptor, path);
}

std::string read_all(ByteSource& source) {
  std::string bytes;
  char buffer[1 << 16];
  while (const size_t count = source.read(buffer, sizeof buffer)) bytes.append(buffer, count);
  return bytes;
}

}  // namespace nmt::text

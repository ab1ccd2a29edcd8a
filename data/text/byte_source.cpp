#include "data/text/byte_source.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "data/text/descriptor.h"
#include "data/text/error.h"
#include "data/text/gzip_blocks.h"
#include "data/text/gzip_source.h"
#include "data/text/look_ahead_source.h"
#include "data/text/path_kind.h"
#include "data/text/utf8.h"

namespace nmt::text {
namespace {

class DescriptorSource : public ByteSource {
 public:
  DescriptorSource(Descriptor descriptor, std::string name)
      : descriptor_(std::move(descriptor)), name_(std::move(name)) {}

  size_t read(char* buffer, size_t size) override {
    while (true) {
      const ssize_t count = ::read(descriptor_.get(), buffer, size);
      if (count >= 0) return static_cast<size_t>(count);
      if (errno == EAGAIN) {
        is_ready(/*timeout=*/-1);
      } else if (errno != EINTR) {
        throw InputError(name_, ": cannot read: ", std::strerror(errno));
      }
    }
  }

  bool would_wait() override { return !is_ready(/*timeout=*/0); }

 private:
  bool is_ready(int timeout) const {
    pollfd waited{.fd = descriptor_.get(), .events = POLLIN, .revents = 0};
    return ::poll(&waited, 1, timeout) != 0;
  }

  Descriptor descriptor_;
  std::string name_;
};

// Gzip or not, which the first bytes tell once they are asked for: opening waits for nobody.
class UnpackedSource : public ByteSource {
 public:
  UnpackedSource(std::unique_ptr<ByteSource> packed, std::string name, bool named_gzip)
      : packed_(std::make_unique<LookAheadSource>(std::move(packed))),
        name_(std::move(name)),
        named_gzip_(named_gzip) {}

  size_t read(char* buffer, size_t size) override {
    look();
    return unpacked_->read(buffer, size);
  }

  bool would_wait() override {
    if (unpacked_ == nullptr && packed_->would_wait()) return true;
    look();
    return unpacked_->would_wait();
  }

 private:
  void look() {
    if (unpacked_ != nullptr) return;
    constexpr size_t kTells = 4;  // Bytes, of which others write the last otherwise.
    if (packed_->next_are(kGzipBlockMark.substr(0, kTells)) &&
        packed_->next_are_of(kGzipBlockMark)) {
      unpacked_ = std::make_unique<GzipBlockSource>(std::move(packed_), name_);
    } else if (packed_->next_are(kGzipMark)) {
      unpacked_ = std::make_unique<GzipSource>(std::move(packed_), name_);
    } else if (named_gzip_) {
      throw InputError(name_, ": its name ends in .gz, but it is not a gzip file",
                       packed_->at_end() ? " (it is empty)" : "");
    } else {
      unpacked_ = std::move(packed_);
    }
  }

  std::unique_ptr<LookAheadSource> packed_;
  std::unique_ptr<ByteSource> unpacked_;  // None until look().
  std::string name_;
  bool named_gzip_;
};

class UnmarkedSource : public ByteSource {
 public:
  explicit UnmarkedSource(std::unique_ptr<ByteSource> marked) : source_(std::move(marked)) {}

  size_t read(char* buffer, size_t size) override {
    skip_mark();
    return source_.read(buffer, size);
  }

  bool would_wait() override {
    if (source_.would_wait()) return true;
    skip_mark();
    return source_.would_wait();
  }

 private:
  void skip_mark() {
    if (std::exchange(started_, true) || !source_.next_are(kByteOrderMark)) return;
    char mark[kByteOrderMark.size()];
    source_.read(mark, sizeof mark);
  }

  LookAheadSource source_;
  bool started_ = false;
};

Descriptor copy_of(int descriptor) {
  return Descriptor(::fcntl(descriptor, F_DUPFD_CLOEXEC, 0));
}

Descriptor open_readable(const std::string& path) {
  if (path == "-") return copy_of(STDIN_FILENO);
  Descriptor opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (opened || errno != ENXIO) return opened;
  // A socket has names, as /dev/stdin, but cannot be opened by them.
  if (const auto number = named_descriptor(path)) return copy_of(*number);
  errno = ENXIO;
  return opened;
}

}  // namespace

std::string input_name(const std::string& path) {
  return path == "-" ? "standard input" : path;
}

std::unique_ptr<ByteSource> open_packed(const std::string& path) {
  const std::string name = input_name(path);
  Descriptor opened = open_readable(path);
  if (!opened) throw InputError(name, ": cannot open: ", std::strerror(errno));
  struct stat status {};
  if (::fstat(opened.get(), &status) == 0 && S_ISDIR(status.st_mode)) {
    throw InputError(name, ": is a folder, not a file");
  }
  return std::make_unique<DescriptorSource>(std::move(opened), name);
}

std::unique_ptr<ByteSource> open_bytes(const std::string& path) {
  return std::make_unique<UnpackedSource>(open_packed(path), input_name(path),
                                          path.ends_with(".gz"));
}

std::unique_ptr<ByteSource> open_text(const std::string& path) {
  return std::make_unique<UnmarkedSource>(open_bytes(path));
}

std::string read_all(ByteSource& source) {
  std::string bytes;
  char buffer[1 << 16];
  while (const size_t count = source.read(buffer, sizeof buffer)) bytes.append(buffer, count);
  return bytes;
}

std::string read_file(const std::string& path) {
  return read_all(*open_bytes(path));
}

std::string read_text(const std::string& path) {
  return read_all(*open_text(path));
}

}  // namespace nmt::text

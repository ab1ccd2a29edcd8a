#include "nmt/checkpoint/durable_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "data/text/error.h"

namespace nmt::checkpoint {
namespace {

constexpr size_t kMaxWrite = size_t{1} << 30;  // Linux takes no more than 2 GiB in one call.

const char* remedy(int code) {
  switch (code) {
    case ENOSPC:
    case EDQUOT:
      return "; free some space, keep fewer checkpoints (keep-last) or choose another folder";
    case EFBIG:
      return "; raise the file size limit (ulimit -f)";
    case EACCES:
    case EPERM:
    case EROFS:
      return "; choose another folder or change its permissions";
    default:
      return "";
  }
}

}  // namespace

void throw_file_error(const std::string& path, const std::string& what, int code) {
  throw InputError(path, ": ", what, ": ", std::strerror(code), remedy(code));
}

DurableFile::DurableFile(const std::string& path) : path_(path) {
  descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor_ < 0) throw_file_error(path_, "cannot create", errno);
}

DurableFile::~DurableFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void DurableFile::write(const void* bytes, size_t count) {
  const char* next = static_cast<const char*>(bytes);
  while (count > 0) {
    const ssize_t written = ::write(descriptor_, next, std::min(count, kMaxWrite));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw_file_error(path_, "cannot write", errno);
    next += written;
    count -= static_cast<size_t>(written);
  }
}

void DurableFile::close() {
  // Devices and pipes have nothing to flush and say EINVAL.
  if (::fsync(descriptor_) != 0 && errno != EINVAL) throw_file_error(path_, "cannot write", errno);
  if (::close(std::exchange(descriptor_, -1)) != 0) throw_file_error(path_, "cannot write", errno);
}

void write_durably(const std::string& path, std::string_view bytes) {
  DurableFile file(path);
  file.write(bytes);
  file.close();
}

void copy_durably(const std::string& from, const std::string& to) {
  std::error_code error;
  std::filesystem::copy_file(from, to, error);
  if (error) throw_file_error(to, "cannot copy " + from, error.value());
  const int descriptor = ::open(to.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) throw_file_error(to, "cannot open", errno);
  const int code = ::fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  if (code != 0) throw_file_error(to, "cannot write", code);
}

void sync_folder(const std::string& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) throw_file_error(folder, "cannot open folder", errno);
  const int code = ::fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  if (code == EIO || code == ENOSPC || code == EDQUOT) {
    throw_file_error(folder, "cannot write folder", code);
  }
}

}  // namespace nmt::checkpoint

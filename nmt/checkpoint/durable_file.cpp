#include "nmt/checkpoint/durable_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "data/text/error.h"

namespace nmt::checkpoint {
namespace {

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

DurableFile::DurableFile(const std::string& path)
    : path_(path),
      descriptor_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) {
  if (!descriptor_) throw_file_error(path_, "cannot create", errno);
}

void DurableFile::write(const void* bytes, size_t count) {
  const auto result = text::write_all(descriptor_.get(), {static_cast<const char*>(bytes), count});
  if (result.error != 0) throw_file_error(path_, "cannot write", result.error);
}

void DurableFile::close() {
  if (const int error = text::sync(descriptor_.get())) {
    throw_file_error(path_, "cannot write", error);
  }
  if (const int error = descriptor_.close()) throw_file_error(path_, "cannot write", error);
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
  const text::Descriptor copy(::open(to.c_str(), O_RDONLY | O_CLOEXEC));
  if (!copy) throw_file_error(to, "cannot open", errno);
  if (::fsync(copy.get()) != 0) throw_file_error(to, "cannot write", errno);
}

void sync_folder(const std::string& folder) {
  const text::Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened) throw_file_error(folder, "cannot open folder", errno);
  const int code = ::fsync(opened.get()) == 0 ? 0 : errno;
  if (code == EIO || code == ENOSPC || code == EDQUOT) {
    throw_file_error(folder, "cannot write folder", code);
  }
}

}  // namespace nmt::checkpoint

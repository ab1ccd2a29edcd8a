#include "data/text/durable_file.h"

#include <fcntl.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include "data/text/byte_source.h"
#include "data/text/error.h"

namespace nmt::text {
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
  const auto result = write_all(descriptor_.get(), {static_cast<const char*>(bytes), count});
  if (result.error != 0) throw_file_error(path_, "cannot write", result.error);
}

void DurableFile::close() {
  if (const int error = sync(descriptor_.get())) {
    throw_file_error(path_, "cannot write", error);
  }
  if (const int error = descriptor_.close()) throw_file_error(path_, "cannot write", error);
}

void write_durably(const std::string& path, std::string_view bytes) {
  DurableFile file(path);
  file.write(bytes);
  file.close();
}

int64_t copy_durably(const std::string& from, const std::string& to) {
  const auto source = open_packed(from);
  DurableFile file(to);
  std::vector<char> buffer(size_t{1} << 18);
  int64_t bytes = 0;
  while (const size_t count = source->read(buffer.data(), buffer.size())) {
    file.write(buffer.data(), count);
    bytes += static_cast<int64_t>(count);
  }
  file.close();
  return bytes;
}

void link_or_copy(const std::string& from, const std::string& to) {
  std::error_code error;
  std::filesystem::create_hard_link(from, to, error);
  if (error == std::errc::file_exists) throw_file_error(to, "cannot create", error.value());
  if (error) copy_durably(from, to);
}

}  // namespace nmt::text

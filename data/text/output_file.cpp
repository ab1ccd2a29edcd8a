#include "data/text/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>

#include "data/text/error.h"
#include "data/text/path_kind.h"

namespace nmt::text {
namespace {

// The open file of this process that `path` stands for.
std::optional<int> open_already(const std::string& path) {
  return path == "-" ? STDOUT_FILENO : named_descriptor(path);
}

// Some file systems have no permissions to keep.
void keep_permissions(const std::string& replaced, int descriptor) {
  struct stat status {};
  if (::stat(replaced.c_str(), &status) != 0) return;
  static_cast<void>(!::fchmod(descriptor, status.st_mode & 07777));
}

}  // namespace

OutputFile::OutputFile(const std::string& path) : name_(path == "-" ? "standard output" : path) {
  if (const auto open = open_already(path)) {
    descriptor_ = Descriptor(::fcntl(*open, F_DUPFD_CLOEXEC, 0));
  } else if (is_stream(path)) {
    descriptor_ = Descriptor(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  } else {
    open_partial(path);
  }
  check(descriptor_ ? 0 : errno, "cannot open");
}

OutputFile::~OutputFile() {
  if (!partial_.empty()) ::unlink(partial_.c_str());
}

void OutputFile::open_partial(const std::string& path) {
  target_ = link_target(path);
  if (std::filesystem::is_directory(target_)) {
    throw InputError(name_, ": is a folder, not a file");
  }
  const std::string partial = target_ + ".partial";
  descriptor_ = Descriptor(::open(partial.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  check(descriptor_ ? 0 : errno, "cannot create");
  partial_ = partial;
  keep_permissions(target_, descriptor_.get());
}

void OutputFile::write(std::string_view bytes) {
  check(write_all(descriptor_.get(), bytes).error, "cannot write");
}

void OutputFile::commit() {
  check(sync(descriptor_.get()), "cannot write");
  check(descriptor_.close(), "cannot write");
  if (partial_.empty()) return;
  check(::rename(partial_.c_str(), target_.c_str()) == 0 ? 0 : errno, "cannot replace");
  partial_.clear();
  // Makes the rename itself durable. Where that fails, the file is whole all the same.
  static_cast<void>(sync_folder(std::filesystem::path(target_).parent_path().string()));
}

void OutputFile::check(int error, const char* what) const {
  if (error != 0) throw InputError(name_, ": ", what, ": ", std::strerror(error));
}

bool is_standard_output(const std::string& path) {
  return open_already(path) == STDOUT_FILENO;
}

void write_file(const std::string& path, std::string_view bytes) {
  OutputFile file(path);
  file.write(bytes);
  file.commit();
}

}  // namespace nmt::text

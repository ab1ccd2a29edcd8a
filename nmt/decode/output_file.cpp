#include "nmt/decode/output_file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "data/text/error.h"

namespace nmt::decode {
namespace {

bool replaceable(const std::string& path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  return !std::filesystem::exists(status) || std::filesystem::is_regular_file(status);
}

}  // namespace

OutputFile::OutputFile(const std::string& path, std::ostream& standard_output)
    : path_(path == "-" ? "standard output" : path), stream_(&standard_output) {
  if (path == "-") return;
  if (replaceable(path)) partial_ = path + ".partial";
  const std::string& opened = partial_.empty() ? path_ : partial_;
  errno = 0;
  file_.open(opened, std::ios::binary | std::ios::trunc);
  if (!file_) throw InputError(opened, ": cannot create: ", std::strerror(errno));
  stream_ = &file_;
}

OutputFile::~OutputFile() {
  if (partial_.empty()) return;
  file_.close();
  std::error_code ignored;
  std::filesystem::remove(partial_, ignored);
}

void OutputFile::flush() {
  errno = 0;
  stream_->flush();
  if (!*stream_) throw InputError(path_, ": cannot write: ", std::strerror(errno));
}

void OutputFile::commit() {
  flush();
  if (partial_.empty()) return;
  file_.close();
  std::error_code error;
  std::filesystem::rename(partial_, path_, error);
  if (error) throw InputError(path_, ": cannot replace: ", error.message());
  partial_.clear();
}

}  // namespace nmt::decode

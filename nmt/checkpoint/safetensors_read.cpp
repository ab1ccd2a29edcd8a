#include <algorithm>
#include <filesystem>
#include <memory>

#include "data/text/byte_source.h"
#include "data/text/checksum.h"
#include "data/text/error.h"
#include "nmt/checkpoint/safetensors.h"
#include "nmt/checkpoint/safetensors_header.h"

namespace nmt::checkpoint {
namespace {

namespace fs = std::filesystem;

class InputFile {
 public:
  explicit InputFile(const std::string& path) : path_(path) {
    std::error_code ignored;
    const fs::file_status status = fs::status(path, ignored);
    if (fs::exists(status) && !fs::is_regular_file(status)) {
      throw InputError(path, ": not a regular file");
    }
    source_ = text::open_packed(path);
    std::error_code error;
    size_ = fs::file_size(path, error);
    if (error) throw InputError(path, ": cannot read: ", error.message());
  }

  uint64_t size() const { return size_; }

  // The next `count` bytes, all of them.
  void read(void* bytes, size_t count) {
    char* next = static_cast<char*>(bytes);
    while (count > 0) {
      const size_t got = source_->read(next, count);
      if (got == 0) throw InputError(path_, ": became shorter while it was read");
      next += got;
      count -= got;
    }
  }

 private:
  std::string path_;
  std::unique_ptr<text::ByteSource> source_;
  uint64_t size_ = 0;
};

std::string read_header_text(InputFile& file, const std::string& path) {
  uint64_t length = 0;
  if (file.size() < sizeof length) {
    throw InputError(path, ": has ", file.size(), " bytes, too few for a safetensors file; it is ",
                     "truncated or something else");
  }
  file.read(&length, sizeof length);
  if (length > kMaxHeaderBytes) {
    throw InputError(path, ": not a safetensors file, or a damaged one: claims a header of ",
                     length, " bytes; at most ", kMaxHeaderBytes, " are allowed");
  }
  if (length > file.size() - sizeof length) {
    throw InputError(path, ": claims a header of ", length, " bytes, but the file has only ",
                     file.size(), ": it is truncated or something else");
  }
  std::string text(length, '\0');
  file.read(text.data(), length);
  return text;
}

// Any other byte would be undefined behaviour in whoever reads the tensor.
void check_bools(const torch::Tensor& tensor, const TensorEntry& entry, const std::string& path) {
  const auto* bytes = static_cast<const unsigned char*>(tensor.const_data_ptr());
  if (std::any_of(bytes, bytes + tensor.nbytes(), [](unsigned char byte) { return byte > 1; })) {
    throw InputError(path, ": tensor '", entry.name,
                     "' of dtype BOOL has a byte that is not 0 or 1");
  }
}

}  // namespace

Safetensors read_safetensors(const std::string& path) {
  InputFile file(path);
  const std::string text = read_header_text(file, path);
  const uint64_t data_bytes = file.size() - sizeof(uint64_t) - text.size();
  SafetensorsHeader header = parse_safetensors_header(text, data_bytes, path);

  Safetensors result;
  text::Checksum checksum;
  for (const TensorEntry& entry : header.entries) {
    torch::Tensor tensor = torch::empty(entry.shape, entry.dtype);
    file.read(tensor.mutable_data_ptr(), tensor.nbytes());
    if (entry.dtype == torch::kBool) check_bools(tensor, entry, path);
    checksum.add(tensor.const_data_ptr(), tensor.nbytes());
    result.tensors.emplace_back(entry.name, tensor);
  }
  result.metadata = std::move(header.metadata);
  const auto expected = result.metadata.find(kChecksumKey);
  if (expected != result.metadata.end()) {
    if (expected->second != checksum.text()) {
      throw InputError(path, ": the tensors do not match the checksum in the header: the file is ",
                       "damaged; use another checkpoint or copy the file again");
    }
    result.metadata.erase(expected);
  }
  return result;
}

}  // namespace nmt::checkpoint

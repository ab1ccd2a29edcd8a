#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>
#include <set>

#include "data/text/checksum.h"
#include "data/text/durable_file.h"
#include "nmt/checkpoint/dtype_names.h"
#include "nmt/checkpoint/safetensors.h"
#include "nmt/checkpoint/safetensors_header.h"

namespace nmt::checkpoint {
namespace {

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

// In file order; contiguous on the CPU. Falling element sizes keep every tensor aligned to its own.
NamedTensors laid_out(const NamedTensors& tensors) {
  NamedTensors ordered;
  std::set<std::string> names;
  for (const auto& [name, tensor] : tensors) {
    TORCH_CHECK(names.insert(name).second, "safetensors: two tensors are called ", name);
    ordered.emplace_back(name, tensor.detach().to(torch::kCPU).contiguous());
  }
  std::stable_sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) {
    return a.second.element_size() > b.second.element_size();
  });
  return ordered;
}

std::string checksum_of(const NamedTensors& tensors) {
  text::Checksum checksum;
  for (const auto& [name, tensor] : tensors) checksum.add(tensor.const_data_ptr(), tensor.nbytes());
  return checksum.text();
}

std::string header_text(const NamedTensors& tensors, const Metadata& metadata) {
  nlohmann::ordered_json header;
  header[kMetadataKey] = metadata;
  size_t offset = 0;
  for (const auto& [name, tensor] : tensors) {
    header[name] = {{"dtype", name_of_dtype(tensor.scalar_type())},
                    {"shape", tensor.sizes().vec()},
                    {"data_offsets", {offset, offset + tensor.nbytes()}}};
    offset += tensor.nbytes();
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  return text;
}

}  // namespace

void write_safetensors(const std::string& path, const NamedTensors& tensors,
                       const Metadata& metadata) {
  const NamedTensors ordered = laid_out(tensors);
  Metadata complete = metadata;
  complete[kChecksumKey] = checksum_of(ordered);
  const std::string header = header_text(ordered, complete);
  TORCH_CHECK(header.size() <= kMaxHeaderBytes, "safetensors: ", ordered.size(),
              " tensors need a header of ", header.size(), " bytes, more than ", kMaxHeaderBytes);

  text::DurableFile file(path);
  const uint64_t length = header.size();
  file.write(&length, sizeof length);
  file.write(header);
  for (const auto& [name, tensor] : ordered) file.write(tensor.const_data_ptr(), tensor.nbytes());
  file.close();
}

}  // namespace nmt::checkpoint

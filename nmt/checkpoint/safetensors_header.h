// The header of a safetensors file (format in safetensors.h), parsed and checked against the file's
// size before a byte of data is read.

#pragma once

#include <c10/core/ScalarType.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "nmt/checkpoint/safetensors.h"

namespace nmt::checkpoint {

inline constexpr const char* kMetadataKey = "__metadata__";
inline constexpr const char* kChecksumKey = "deepnmt.checksum";
inline constexpr uint64_t kMaxHeaderBytes = 100'000'000;  // As in the reference implementation.

/// Where one tensor lies in the data part, in bytes.
struct TensorEntry {
  std::string name;
  c10::ScalarType dtype;
  std::vector<int64_t> shape;
  uint64_t begin;
  uint64_t end;
};

struct SafetensorsHeader {
  std::vector<TensorEntry> entries;  ///< In file order; they cover the data part without gaps.
  Metadata metadata;
};

/// Parses `text`, the header of a file at `path` (for messages) whose data part has `data_bytes`.
/// Throws InputError for whatever breaks the format: then the offsets of no entry can be trusted.
SafetensorsHeader parse_safetensors_header(std::string_view text, uint64_t data_bytes,
                                           const std::string& path);

}  // namespace nmt::checkpoint

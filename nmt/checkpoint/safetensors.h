// The safetensors file format: named tensors and a map of texts, nothing that could be executed.
//
//     8 bytes    n, the length of the header, little-endian
//     n bytes    JSON {"<name>": {"dtype": "F32", "shape": [2, 3], "data_offsets": [begin, end]},
//                ..., "__metadata__": {"<key>": "<text>", ...}}, padded with spaces to 8 bytes
//     the rest   the tensors, row-major, little-endian; offsets count from here, without gaps
//
// Source: https://github.com/huggingface/safetensors, section "Format". Dtypes here: F64, F32, F16,
// BF16, I64, I32, U8, BOOL. Files written here also carry a checksum of the tensors in their
// metadata, which reading verifies; files of other programs have none and load all the same.

#pragma once

#include <map>
#include <string>

#include "nmt/checkpoint/named_tensors.h"

namespace nmt::checkpoint {

using Metadata = std::map<std::string, std::string>;

struct Safetensors {
  NamedTensors tensors;
  Metadata metadata;
};

/// Writes `path` and makes it durable (data/text/durable_file.h). Tensors may live on any device
/// and have any strides; contiguous CPU tensors are written straight from their memory. They are
/// laid out by falling element size, otherwise in the given order. Throws InputError if the file
/// cannot be written, c10::Error if a name occurs twice or a dtype is not among those above.
void write_safetensors(const std::string& path, const NamedTensors& tensors,
                       const Metadata& metadata = {});

/// Reads `path`; tensors are on the CPU, own their memory and come in the order in which they lie
/// in the file. Trusts nothing in it: throws InputError, which names the file, the tensor and the
/// rule that it breaks, for every file that is not a valid safetensors file of the dtypes above.
Safetensors read_safetensors(const std::string& path);

}  // namespace nmt::checkpoint

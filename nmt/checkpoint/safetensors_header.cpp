#include "nmt/checkpoint/safetensors_header.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "data/text/error.h"
#include "nmt/checkpoint/dtype_names.h"

namespace nmt::checkpoint {
namespace {

using nlohmann::json;

constexpr size_t kMaxDimensions = 64;
constexpr uint64_t kMaxElements = uint64_t{1} << 62;

// nlohmann's parser keeps the last of two equal keys; the format forbids them.
class UniqueKeys {
 public:
  explicit UniqueKeys(const std::string& path) : path_(path) {}

  bool operator()(int depth, json::parse_event_t event, const json& parsed) {
    if (event == json::parse_event_t::object_start) keys_[depth + 1].clear();
    if (event == json::parse_event_t::key && !keys_[depth].insert(parsed).second) {
      throw InputError(path_, ": the header has the key ", parsed.dump(), " twice");
    }
    return true;
  }

 private:
  const std::string& path_;
  std::map<int, std::set<std::string>> keys_;
};

json parse_json(std::string_view text, const std::string& path) {
  json header;
  try {
    header = json::parse(text, UniqueKeys(path));
  } catch (const json::parse_error& error) {
    throw InputError(path, ": not a safetensors file, or a damaged one: the header is not valid ",
                     "JSON at byte ", error.byte);
  }
  if (!header.is_object()) {
    throw InputError(path, ": not a safetensors file: the header is not a JSON object");
  }
  return header;
}

Metadata parse_metadata(const json& value, const std::string& path) {
  Metadata metadata;
  if (!value.is_object()) {
    throw InputError(path, ": ", kMetadataKey, " must be an object of texts");
  }
  for (const auto& [key, text] : value.items()) {
    if (!text.is_string()) {
      throw InputError(path, ": ", kMetadataKey, " entry '", key, "' must be a text");
    }
    metadata[key] = text;
  }
  return metadata;
}

// One entry of the header, and the message of everything that can be wrong with it.
class EntryParser {
 public:
  EntryParser(const std::string& path, const std::string& name, uint64_t data_bytes)
      : path_(path), name_(name), data_bytes_(data_bytes) {}

  TensorEntry parse(const json& value) const {
    check(value.is_object() && value.size() == 3, "must have dtype, shape and data_offsets alone");
    for (const char* key : {"dtype", "shape", "data_offsets"}) {
      check(value.contains(key), "has no '", key, "'");
    }
    TensorEntry entry{.name = name_,
                      .dtype = dtype(value["dtype"]),
                      .shape = shape(value["shape"]),
                      .begin = 0,
                      .end = 0};
    set_offsets(value["data_offsets"], entry);
    return entry;
  }

 private:
  template <class... Rule>
  void check(bool holds, const Rule&... rule) const {
    if (!holds) throw InputError(path_, ": tensor '", name_, "' ", rule...);
  }

  c10::ScalarType dtype(const json& value) const {
    check(value.is_string(), "has a dtype that is not a text");
    const auto dtype = dtype_of_name(value.get<std::string>());
    check(dtype.has_value(), "has dtype ", value, ", which is not among ", supported_dtypes());
    return *dtype;
  }

  std::vector<int64_t> shape(const json& value) const {
    check(value.is_array() && value.size() <= kMaxDimensions, "must have a list of at most ",
          kMaxDimensions, " sizes as shape");
    std::vector<int64_t> shape;
    uint64_t elements = 1;
    for (const json& size : value) {
      check(size.is_number_unsigned(), "has a size ", size, " in its shape");
      const uint64_t count = size;
      // Zeros do not make the product small here: strides are computed from the other sizes too.
      const uint64_t factor = std::max<uint64_t>(count, 1);
      check(factor <= kMaxElements / elements, "is too large: shape ", value,
            " has more than 2^62 elements");
      elements *= factor;
      shape.push_back(static_cast<int64_t>(count));
    }
    return shape;
  }

  void set_offsets(const json& value, TensorEntry& entry) const {
    check(value.is_array() && value.size() == 2 && value[0].is_number_unsigned() &&
              value[1].is_number_unsigned(),
          "has data_offsets ", value, ", which must be two byte counts");
    entry.begin = value[0];
    entry.end = value[1];
    check(entry.begin <= entry.end, "has data_offsets ", value, ", which end before they begin");
    check(entry.end <= data_bytes_, "ends at byte ", entry.end, " of the data, which has only ",
          data_bytes_, " bytes: the file is truncated or damaged");
    uint64_t elements = 1;
    for (const int64_t size : entry.shape) elements *= static_cast<uint64_t>(size);
    const uint64_t bytes = entry.end - entry.begin;
    check(bytes % c10::elementSize(entry.dtype) == 0 &&
              bytes / c10::elementSize(entry.dtype) == elements,
          "has ", bytes, " bytes of data, but its shape and dtype make ", elements, " elements of ",
          c10::elementSize(entry.dtype), " bytes");
  }

  const std::string& path_;
  const std::string& name_;
  uint64_t data_bytes_;
};

// The data part must be covered exactly: no overlap, no gap, nothing behind the last tensor.
void check_cover(const std::vector<TensorEntry>& entries, uint64_t data_bytes,
                 const std::string& path) {
  uint64_t covered = 0;
  for (const TensorEntry& entry : entries) {
    if (entry.begin != covered) {
      throw InputError(path, ": tensor '", entry.name, "' begins at byte ", entry.begin,
                       " of the data, but the tensors before it end at byte ", covered,
                       entry.begin < covered ? ": they overlap" : ": there is a gap");
    }
    covered = entry.end;
  }
  if (covered != data_bytes) {
    throw InputError(path, ": ", data_bytes - covered, " bytes follow the last tensor; the file ",
                     "is damaged");
  }
}

}  // namespace

SafetensorsHeader parse_safetensors_header(std::string_view text, uint64_t data_bytes,
                                           const std::string& path) {
  const json parsed = parse_json(text, path);
  SafetensorsHeader header;
  for (const auto& [name, value] : parsed.items()) {
    if (name == kMetadataKey) {
      header.metadata = parse_metadata(value, path);
    } else {
      header.entries.push_back(EntryParser(path, name, data_bytes).parse(value));
    }
  }
  std::stable_sort(header.entries.begin(), header.entries.end(),
                   [](const TensorEntry& a, const TensorEntry& b) {
                     return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
                   });
  check_cover(header.entries, data_bytes, path);
  return header;
}

}  // namespace nmt::checkpoint

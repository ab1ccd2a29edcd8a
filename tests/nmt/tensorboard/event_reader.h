// Takes event files apart again, sharing no code with what writes them: plain loops over bytes.

#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace nmt::tensorboard {

/// CRC-32C as it is defined: long division of the bits, one at a time.
inline uint32_t crc32c_bit_by_bit(std::string_view bytes) {
  uint32_t remainder = 0xFFFFFFFF;
  for (const unsigned char byte : bytes) {
    for (int bit = 0; bit < 8; ++bit) {
      const bool carry = ((remainder ^ (byte >> bit)) & 1) != 0;
      remainder >>= 1;
      if (carry) remainder ^= 0x82F63B78;
    }
  }
  return ~remainder;
}

template <class Number>
Number number_at(std::string_view bytes, size_t place) {
  static_assert(std::endian::native == std::endian::little);
  Number value;
  std::memcpy(&value, bytes.substr(place, sizeof value).data(), sizeof value);
  return value;
}

/// The records of a TFRecord file; a torn last one is left out. Throws std::runtime_error at a
/// wrong checksum.
inline std::vector<std::string> read_records(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  const auto check = [&](std::string_view data, size_t place) {
    const uint32_t crc = crc32c_bit_by_bit(data);
    const uint32_t masked = ((crc >> 15) | (crc << 17)) + 0xA282EAD8;
    if (number_at<uint32_t>(bytes, place) != masked) throw std::runtime_error("wrong checksum");
  };
  std::vector<std::string> records;
  for (size_t place = 0; place + 16 <= bytes.size();) {
    const auto length = number_at<uint64_t>(bytes, place);
    check(std::string_view(bytes).substr(place, 8), place + 8);
    if (place + 16 + length > bytes.size()) break;
    records.push_back(bytes.substr(place + 12, length));
    check(records.back(), place + 12 + length);
    place += 16 + length;
  }
  return records;
}

/// One field of a protobuf message: `number` of a varint, else the value's bytes.
struct Field {
  uint64_t number = 0;
  std::string bytes;
};

/// Field number → the values of that field, in order.
inline std::multimap<int, Field> read_fields(std::string_view message) {
  size_t place = 0;
  const auto varint = [&] {
    uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(message.at(place++));
      value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
  };
  std::multimap<int, Field> fields;
  while (place < message.size()) {
    const uint64_t key = varint();
    Field field;
    const uint64_t type = key & 7;
    if (type == 0) {
      field.number = varint();
    } else {
      const size_t length = type == 1 ? 8 : type == 5 ? 4 : varint();
      if (place + length > message.size()) throw std::runtime_error("field beyond the message");
      field.bytes = message.substr(place, length);
      place += length;
    }
    fields.emplace(static_cast<int>(key >> 3), field);
  }
  return fields;
}

struct Event {
  double wall_time = 0.0;
  int64_t step = 0;
  std::string version;                   ///< Of the first event.
  bool session_start = false;            ///< Whether it is a session's.
  std::map<std::string, float> scalars;  ///< Tag → value.
  std::map<std::string, std::string> texts;
};

inline void read_value(std::string_view message, Event& event) {
  const auto fields = read_fields(message);
  const std::string tag = fields.find(1)->second.bytes;
  if (const auto scalar = fields.find(2); scalar != fields.end()) {
    event.scalars[tag] = number_at<float>(scalar->second.bytes, 0);
  }
  if (const auto tensor = fields.find(8); tensor != fields.end()) {
    event.texts[tag] = read_fields(tensor->second.bytes).find(8)->second.bytes;
  }
}

inline Event read_event(const std::string& record) {
  Event event;
  for (const auto& [number, field] : read_fields(record)) {
    if (number == 1) event.wall_time = number_at<double>(field.bytes, 0);
    if (number == 2) event.step = static_cast<int64_t>(field.number);
    if (number == 3) event.version = field.bytes;
    if (number == 7) event.session_start = read_fields(field.bytes).find(1)->second.number == 1;
    if (number != 5) continue;
    for (const auto& [_, value] : read_fields(field.bytes)) read_value(value.bytes, event);
  }
  return event;
}

inline std::vector<Event> read_events(const std::filesystem::path& path) {
  std::vector<Event> events;
  for (const std::string& record : read_records(path)) events.push_back(read_event(record));
  return events;
}

}  // namespace nmt::tensorboard

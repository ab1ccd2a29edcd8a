#include "nmt/tensorboard/protobuf_message.h"

#include <bit>

namespace nmt::tensorboard {
namespace {

constexpr int kVarint = 0;
constexpr int kEightBytes = 1;
constexpr int kLengthAndBytes = 2;
constexpr int kFourBytes = 5;

}  // namespace

void ProtobufMessage::add_integer(int field, int64_t value) {
  add_key(field, kVarint);
  add_varint(static_cast<uint64_t>(value));
}

void ProtobufMessage::add_float(int field, float value) {
  add_key(field, kFourBytes);
  append_little_endian(bytes_, std::bit_cast<uint32_t>(value));
}

void ProtobufMessage::add_double(int field, double value) {
  add_key(field, kEightBytes);
  append_little_endian(bytes_, std::bit_cast<uint64_t>(value));
}

void ProtobufMessage::add_bytes(int field, std::string_view value) {
  add_key(field, kLengthAndBytes);
  add_varint(value.size());
  bytes_ += value;
}

void ProtobufMessage::add_key(int field, int wire_type) {
  add_varint(static_cast<uint64_t>(field) << 3 | static_cast<uint64_t>(wire_type));
}

void ProtobufMessage::add_varint(uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>((value & 0x7F) | 0x80);
  bytes_ += static_cast<char>(value);
}

}  // namespace nmt::tensorboard

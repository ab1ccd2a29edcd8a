// ProtobufMessage: a message in protobuf's wire format, put together field by field.
//
//     field = key, value        key = varint of (field number << 3 | wire type)
//
// Wire types: 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes. Protocol Buffers
// documentation, "Encoding".

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace nmt::tensorboard {

/// Appends the bytes of the unsigned `value`, as many as its type has, least
/// significant first, whatever the machine's own order.
template <class Unsigned>
void append_little_endian(std::string& bytes, Unsigned value) {
  for (size_t i = 0; i < sizeof value; ++i) {
    bytes += static_cast<char>(static_cast<unsigned char>(value >> (8 * i)));
  }
}

/// Fields are written in the order in which they are added. `field` is the number in the .proto
/// file, from 1.
class ProtobufMessage {
 public:
  /// A field of type int64, int32 or an enumeration.
  void add_integer(int field, int64_t value);
  void add_float(int field, float value);
  void add_double(int field, double value);
  /// A field of type bytes, or string, which must be UTF-8.
  void add_bytes(int field, std::string_view value);
  void add_message(int field, const ProtobufMessage& value) { add_bytes(field, value.bytes()); }

  /// The message so far.
  const std::string& bytes() const { return bytes_; }

 private:
  void add_key(int field, int wire_type);
  void add_varint(uint64_t value);

  std::string bytes_;
};

}  // namespace nmt::tensorboard

#include "nmt/tensorboard/record_frame.h"

#include <array>
#include <bit>

#include "nmt/tensorboard/protobuf_message.h"

namespace nmt::tensorboard {
namespace {

constexpr uint32_t kReflectedPolynomial = 0x82F63B78;

constexpr std::array<uint32_t, 256> make_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t remainder = byte;
    for (int bit = 0; bit < 8; ++bit) {
      remainder = (remainder >> 1) ^ ((remainder & 1) ? kReflectedPolynomial : 0);
    }
    table[byte] = remainder;
  }
  return table;
}

constexpr std::array<uint32_t, 256> kTable = make_table();

}  // namespace

uint32_t crc32c(std::string_view bytes) {
  uint32_t remainder = ~uint32_t{0};
  for (const char byte : bytes) {
    remainder = (remainder >> 8) ^ kTable[(remainder ^ static_cast<uint8_t>(byte)) & 0xFF];
  }
  return ~remainder;
}

uint32_t masked_crc32c(std::string_view bytes) {
  return std::rotr(crc32c(bytes), 15) + 0xA282EAD8;
}

std::string framed(std::string_view data) {
  std::string frame;
  frame.reserve(data.size() + 16);
  append_little_endian(frame, uint64_t{data.size()});
  append_little_endian(frame, masked_crc32c(frame));
  frame += data;
  append_little_endian(frame, masked_crc32c(data));
  return frame;
}

}  // namespace nmt::tensorboard

#include "nmt/report/packed_values.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

namespace nmt::report {
namespace {

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

uint16_t bfloat16(float value) {
  if (std::isnan(value)) return 0x7fc0;
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  const uint32_t odd = (bits >> 16) & 1;
  return static_cast<uint16_t>((bits + 0x7fff + odd) >> 16);
}

}  // namespace

std::string base64(std::span<const unsigned char> bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t count = std::min<size_t>(3, bytes.size() - i);
    uint32_t group = static_cast<uint32_t>(bytes[i]) << 16;
    if (count > 1) group |= static_cast<uint32_t>(bytes[i + 1]) << 8;
    if (count > 2) group |= bytes[i + 2];
    for (size_t k = 0; k < 4; ++k) {
      text += k <= count ? kAlphabet[(group >> (18 - 6 * k)) & 63] : '=';
    }
  }
  return text;
}

std::string packed(std::span<const float> values) {
  std::vector<unsigned char> bytes;
  bytes.reserve(2 * values.size());
  for (const float value : values) {
    const uint16_t half = bfloat16(value);
    bytes.push_back(static_cast<unsigned char>(half & 0xff));
    bytes.push_back(static_cast<unsigned char>(half >> 8));
  }
  return base64(bytes);
}

}  // namespace nmt::report

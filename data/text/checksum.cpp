#include "data/text/checksum.h"

#include <bit>
#include <cstdio>
#include <cstring>

namespace nmt::text {
namespace {

constexpr uint64_t kPrime = 0x9e3779b185ebca87;
constexpr size_t kLanes = 4;

uint64_t mix(uint64_t lane, uint64_t word) {
  return std::rotl((lane ^ word) * kPrime, 29);
}

uint64_t word_at(const unsigned char* bytes) {
  uint64_t word;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

}  // namespace

void Checksum::add(const void* bytes, size_t count) {
  const auto* next = static_cast<const unsigned char*>(bytes);
  uint64_t lanes[kLanes] = {state_, ~state_, state_ * kPrime, count};
  size_t left = count;
  for (; left >= sizeof lanes; left -= sizeof lanes, next += sizeof lanes) {
    for (size_t i = 0; i < kLanes; ++i) lanes[i] = mix(lanes[i], word_at(next + 8 * i));
  }
  unsigned char tail[sizeof lanes] = {};
  if (left > 0) std::memcpy(tail, next, left);
  for (size_t i = 0; i < kLanes; ++i) lanes[i] = mix(lanes[i], word_at(tail + 8 * i));
  for (const uint64_t lane : lanes) state_ = mix(state_, lane);
}

std::string Checksum::text() const {
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(state_));
  return digits;
}

}  // namespace nmt::text

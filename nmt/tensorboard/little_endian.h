// Numbers as bytes, least significant first, whatever the machine's own order.

#pragma once

#include <cstddef>
#include <string>

namespace nmt::tensorboard {

/// Appends the bytes of the unsigned `value`, as many as its type has.
template <class Unsigned>
void append_little_endian(std::string& bytes, Unsigned value) {
  for (size_t i = 0; i < sizeof value; ++i) {
    bytes += static_cast<char>(static_cast<unsigned char>(value >> (8 * i)));
  }
}

}  // namespace nmt::tensorboard

// A 64-bit checksum that finds changed bytes; not a cryptographic one. Four lanes of 8-byte words,
//
//     lane ← rotate((lane ⊕ word) · prime, 29),
//
// each step invertible, so that no single changed word can go unnoticed. It runs at the speed of
// memory.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace nmt::text {

class Checksum {
 public:
  /// Adds one block of bytes; where blocks begin and end counts too.
  void add(const void* bytes, size_t count);

  /// Sixteen hexadecimal digits for everything added so far.
  std::string text() const;

 private:
  uint64_t state_ = 0x243f6a8885a308d3;  // The fraction of π.
};

}  // namespace nmt::text

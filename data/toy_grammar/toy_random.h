// ToyRandom: random numbers that are the same on every platform, unlike std's distributions.
//
// Generator: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). Bounded numbers: the high half of a
// 64 x 32-bit product, whose bias below 2^-32 does not matter here.

#pragma once

#include <cstdint>

namespace nmt::data {

class ToyRandom {
 public:
  explicit ToyRandom(uint64_t seed) : state_(seed) {}

  uint64_t next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

  /// Uniform in [0, bound); bound at least 1.
  uint32_t below(uint32_t bound) { return static_cast<uint32_t>(((next() >> 32) * bound) >> 32); }

  /// True in `percent` of 100 cases.
  bool chance(uint32_t percent) { return below(100) < percent; }

 private:
  uint64_t state_;
};

}  // namespace nmt::data

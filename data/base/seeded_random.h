// Random numbers that depend on the seed alone. The standard fixes std::mt19937_64 bit for bit but
// leaves distributions and std::shuffle to each library, so these are our own.

#pragma once

#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace nmt::base {

class SeededRandom {
 public:
  explicit SeededRandom(uint64_t seed) : engine_(seed) {}

  /// Uniform in 0..bound−1; bound >= 1. Rejects the draws that would favour small numbers.
  uint64_t below(uint64_t bound) {
    const uint64_t rejected = (0 - bound) % bound;  // 2^64 mod bound.
    uint64_t draw = engine_();
    while (draw < rejected) draw = engine_();
    return draw % bound;
  }

  /// Uniform in [0, 1), in steps of 2^−53.
  double uniform() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }

  /// Fisher-Yates: every order is equally likely.
  template <class T>
  void shuffle(std::vector<T>& items) {
    for (size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace nmt::base

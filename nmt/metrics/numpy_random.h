// NumpyRandom: the numbers of numpy's default_rng(seed), bit for bit: PCG64 (XSL-RR 128/64) seeded
// through SeedSequence. Only what resampling draws.
//
// Source: O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms for
// Random Number Generation", 2014; Lemire, "Fast Random Integer Generation in an Interval", 2019;
// numpy 2.4.

#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace nmt::metrics {

class NumpyRandom {
 public:
  /// default_rng(seed), seed not negative.
  explicit NumpyRandom(uint64_t seed);

  /// Fills `result` with choice(n, size), n from 1 to 2^32: numbers from 0 to n - 1.
  void choice(uint64_t n, std::span<uint32_t> result);

  /// Counts choice(n, n): counts[i] grows by one for every i that is drawn. Needs n counts.
  void count_choices(std::span<float> counts);

  /// The next boolean of integers(2, dtype=bool).
  bool next_bool();

 private:
  // Calls use(i, number) for `count` numbers below n.
  template <class Use>
  void draw(uint64_t n, size_t count, const Use& use);
  [[gnu::always_inline]] uint64_t next_64();
  [[gnu::always_inline]] uint32_t next_32();

  unsigned __int128 state_, increment_;
  std::optional<uint32_t> high_half_;  // Of the last 64 bits, still to be used.
  uint32_t bits_ = 0;                  // Booleans left, lowest bit first.
  int bits_left_ = 0;
};

/// A seed from the operating system.
uint64_t entropy_seed();

}  // namespace nmt::metrics

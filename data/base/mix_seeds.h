// One seed out of two numbers: SplitMix64 (Steele et al. 2014), for the host and for a GPU.

#pragma once

#include <cstdint>

namespace nmt::base {

/// Output `number`, counted from 0, of SplitMix64 from the state `seed`: neighbours of either give
/// unrelated seeds.
constexpr uint64_t mix_seeds(uint64_t seed, uint64_t number) {
  uint64_t z = seed + 0x9E3779B97F4A7C15u * (number + 1);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

}  // namespace nmt::base

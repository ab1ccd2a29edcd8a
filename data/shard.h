// Shard: which pairs belong to which process. Pair i belongs to rank i mod count.

#pragma once

#include <cstdint>

namespace nmt::data {

struct Shard {
  int64_t rank = 0;   ///< 0..count−1.
  int64_t count = 1;  ///< Processes.

  bool operator==(const Shard&) const = default;
};

/// Throws std::invalid_argument unless count >= 1 and 0 <= rank < count.
void check(const Shard& shard);

inline bool owns(const Shard& shard, int64_t pair) {
  return pair % shard.count == shard.rank;
}

/// How many of the pairs 0..pairs−1 belong to `shard`.
int64_t owned_pairs(const Shard& shard, int64_t pairs);

}  // namespace nmt::data

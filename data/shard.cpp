#include "data/shard.h"

#include <stdexcept>

#include "data/text/error.h"

namespace nmt::data {

void check(const Shard& shard) {
  if (shard.count >= 1 && shard.rank >= 0 && shard.rank < shard.count) return;
  throw std::invalid_argument(
      concatenate("shard: rank must be in 0..count−1, got rank ", shard.rank, " of ", shard.count));
}

int64_t owned_pairs(const Shard& shard, int64_t pairs) {
  return (pairs + shard.count - 1 - shard.rank) / shard.count;
}

}  // namespace nmt::data

#include "data/batch_plan.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "data/seeded_random.h"
#include "data/text/error.h"

namespace nmt::data {
namespace {

constexpr int64_t kLongestInKey = 0xFFFF;

std::vector<uint32_t> pairs_of(const Shard& shard, int64_t pairs) {
  std::vector<uint32_t> owned;
  owned.reserve(static_cast<size_t>(owned_pairs(shard, pairs)));
  for (int64_t pair = shard.rank; pair < pairs; pair += shard.count) {
    owned.push_back(static_cast<uint32_t>(pair));
  }
  return owned;
}

// Sorts as batch_plan.h says; pairs of equal lengths keep their order.
std::vector<uint32_t> sorted_by_length(const ParallelCorpus& corpus,
                                       const std::vector<uint32_t>& pairs) {
  std::vector<uint64_t> keys(pairs.size());  // Target length, source length, place in `pairs`.
  for (size_t i = 0; i < pairs.size(); ++i) {
    const auto target =
        static_cast<uint64_t>(std::min(corpus.target_length(pairs[i]), kLongestInKey));
    const auto source =
        static_cast<uint64_t>(std::min(corpus.source_length(pairs[i]), kLongestInKey));
    const uint64_t turned = target % 2 == 0 ? source : kLongestInKey - source;
    keys[i] = target << 48 | turned << 32 | i;
  }
  std::sort(keys.begin(), keys.end());
  std::vector<uint32_t> sorted(pairs.size());
  for (size_t i = 0; i < pairs.size(); ++i) sorted[i] = pairs[static_cast<uint32_t>(keys[i])];
  return sorted;
}

void check_fits(const ParallelCorpus& corpus, int64_t pair, int64_t max_tokens) {
  const int64_t source = corpus.source_length(pair);
  const int64_t target = corpus.target_length(pair);
  if (std::max(source, target) <= max_tokens) return;
  throw InputError("the pair in line ", corpus.line(pair), " has ", source, " source and ", target,
                   " target pieces (`</s>` included), but a batch may hold only max-tokens = ",
                   max_tokens, "; raise max-tokens or lower max-length");
}

}  // namespace

BatchPlan::BatchPlan(const ParallelCorpus& corpus, int64_t max_tokens,
                     std::optional<uint64_t> shuffle_seed, const Shard& shard) {
  check(shard);
  if (corpus.size() > std::numeric_limits<uint32_t>::max()) {
    throw std::length_error("BatchPlan: more than 2^32 − 1 pairs");
  }
  std::vector<uint32_t> pairs = pairs_of(shard, corpus.size());
  for (const uint32_t pair : pairs) check_fits(corpus, pair, max_tokens);
  SeededRandom random(shuffle_seed.value_or(0));
  if (shuffle_seed) random.shuffle(pairs);
  pairs_ = sorted_by_length(corpus, pairs);
  cut(corpus, max_tokens);
  if (shuffle_seed) random.shuffle(batches_);
}

void BatchPlan::cut(const ParallelCorpus& corpus, int64_t max_tokens) {
  Range batch{0, 0};
  int64_t longest = 0;
  for (const uint32_t pair : pairs_) {
    const int64_t side = std::max(corpus.source_length(pair), corpus.target_length(pair));
    if ((batch.end - batch.begin + 1) * std::max(longest, side) > max_tokens) {
      batches_.push_back(batch);
      batch.begin = batch.end;
      longest = 0;
    }
    ++batch.end;
    longest = std::max(longest, side);
  }
  if (batch.end > batch.begin) batches_.push_back(batch);
}

std::span<const uint32_t> BatchPlan::pairs(int64_t index) const {
  const Range range = batches_.at(static_cast<size_t>(index));
  return std::span(pairs_).subspan(range.begin, range.end - range.begin);
}

}  // namespace nmt::data

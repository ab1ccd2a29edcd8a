#include "data/batch_plan.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "data/base/seeded_random.h"
#include "data/text/error.h"

namespace nmt::data {
namespace {

constexpr int64_t kLongest = 0xFFFFFFFF;  // More than any sentence of a CompactSentences.

// Of 2 to 12 tried, the best balanced: with 20,000 pairs or more and max-tokens 2048, at least nine
// tokens in ten are real on both sides.
constexpr int64_t kBatchesInGroup = 6;

// A sort key: a length in the high half, a place in the shuffled list in the low half.
uint64_t key_of(int64_t length, uint64_t place) {
  return static_cast<uint64_t>(length) << 32 | (place & 0xFFFFFFFF);
}

// Sorts as batch_plan.h says; pairs of equal lengths keep their order.
class LengthOrder {
 public:
  LengthOrder(const ParallelCorpus& corpus, const std::vector<uint32_t>& pairs)
      : corpus_(corpus), pairs_(pairs), keys_(pairs.size()) {
    for (size_t i = 0; i < pairs.size(); ++i) keys_[i] = key_of(corpus.target_length(pairs[i]), i);
    std::sort(keys_.begin(), keys_.end());
  }

  std::vector<uint32_t> sorted(int64_t group_tokens) {
    bool descending = false;
    for (size_t begin = 0; begin < keys_.size(); descending = !descending) {
      const size_t end = group_end(begin, group_tokens);
      sort_by_source(begin, end, descending);
      begin = end;
    }
    std::vector<uint32_t> order(keys_.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = pair(i);
    return order;
  }

 private:
  uint32_t pair(size_t i) const { return pairs_[static_cast<uint32_t>(keys_[i])]; }

  // Behind the first change of target length after `tokens` tokens.
  size_t group_end(size_t begin, int64_t tokens) const {
    size_t end = begin;
    for (int64_t sum = 0; end < keys_.size(); ++end) {
      if (sum >= tokens && keys_[end] >> 32 != keys_[end - 1] >> 32) break;
      sum += std::max(corpus_.source_length(pair(end)), corpus_.target_length(pair(end)));
    }
    return end;
  }

  void sort_by_source(size_t begin, size_t end, bool descending) {
    for (size_t i = begin; i < end; ++i) {
      const int64_t length = corpus_.source_length(pair(i));
      keys_[i] = key_of(descending ? kLongest - length : length, keys_[i]);
    }
    std::sort(keys_.begin() + static_cast<std::ptrdiff_t>(begin),
              keys_.begin() + static_cast<std::ptrdiff_t>(end));
  }

  const ParallelCorpus& corpus_;
  const std::vector<uint32_t>& pairs_;
  std::vector<uint64_t> keys_;
};

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
                     std::optional<uint64_t> shuffle_seed) {
  if (corpus.size() > std::numeric_limits<uint32_t>::max()) {
    throw std::length_error("BatchPlan: more than 2^32 − 1 pairs");
  }
  std::vector<uint32_t> pairs(static_cast<size_t>(corpus.size()));
  std::iota(pairs.begin(), pairs.end(), 0u);
  for (const uint32_t pair : pairs) check_fits(corpus, pair, max_tokens);
  base::SeededRandom random(shuffle_seed.value_or(0));
  if (shuffle_seed) random.shuffle(pairs);
  pairs_ = LengthOrder(corpus, pairs).sorted(kBatchesInGroup * max_tokens);
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

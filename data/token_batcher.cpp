#include "data/token_batcher.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "data/base/mix_seeds.h"
#include "data/text/error.h"

namespace nmt::data {
namespace {

using Rows = std::vector<std::vector<int32_t>>;

struct Side {
  torch::Tensor ids;      // [B, longest]
  torch::Tensor lengths;  // [B]
};

// Appends `</s>` to each row and pads.
Side padded(const Rows& rows, const Vocabulary& vocabulary) {
  const auto count = static_cast<int64_t>(rows.size());
  size_t longest = 0;
  for (const auto& row : rows) longest = std::max(longest, row.size() + 1);
  const auto width = static_cast<int64_t>(longest);
  Side side{torch::full({count, width}, vocabulary.pad_id(), torch::kInt64),
            torch::empty({count}, torch::kInt64)};
  const int64_t eos_id = vocabulary.eos_id();
  auto* ids = side.ids.data_ptr<int64_t>();
  auto* lengths = side.lengths.data_ptr<int64_t>();
  for (const auto& row : rows) {
    *std::copy(row.begin(), row.end(), ids) = eos_id;
    ids += width;
    *lengths++ = static_cast<int64_t>(row.size()) + 1;
  }
  return side;
}

Batch to_batch(const ParallelCorpus& corpus, std::span<const uint32_t> pairs, const Rows& sources,
               const Rows& targets) {
  Side source = padded(sources, corpus.vocabularies().source());
  Side target = padded(targets, corpus.vocabularies().target());
  return {.source = std::move(source.ids),
          .source_lengths = std::move(source.lengths),
          .target = std::move(target.ids),
          .target_lengths = std::move(target.lengths),
          .pairs = {pairs.begin(), pairs.end()}};
}

// Unknown pieces have lost their text, so their sentence keeps its best segmentation.
std::vector<int32_t> resampled(std::vector<int32_t> best, const Vocabulary& vocabulary,
                               const SubwordSampling& sampling, uint64_t seed) {
  const auto unknown = static_cast<int32_t>(vocabulary.unk_id());
  if (std::find(best.begin(), best.end(), unknown) != best.end()) return best;
  std::vector<int32_t> sample = vocabulary.sample(vocabulary.decode(best), sampling.alpha, seed);
  const auto length = static_cast<int64_t>(sample.size()) + 1;
  return sampling.max_length > 0 && length > sampling.max_length ? best : sample;
}

}  // namespace

Batch make_batch(const ParallelCorpus& corpus, std::span<const uint32_t> pairs) {
  Rows sources;
  Rows targets;
  for (const uint32_t pair : pairs) {
    sources.push_back(corpus.source(pair));
    targets.push_back(corpus.target(pair));
  }
  return to_batch(corpus, pairs, sources, targets);
}

TokenBatcher::TokenBatcher(const ParallelCorpus& corpus, const TokenBatcherOptions& options)
    : corpus_(&corpus), options_(options), plan_(plan_of(0)) {}

BatchPlan TokenBatcher::plan_of(int64_t epoch) const {
  std::optional<uint64_t> seed;
  if (options_.shuffle) seed = base::mix_seeds(options_.seed, static_cast<uint64_t>(epoch));
  return BatchPlan(*corpus_, options_.max_tokens, seed);
}

Batch TokenBatcher::next() {
  const std::span<const uint32_t> pairs = plan_.pairs(position_.batch);
  Batch batch = options_.sampling.alpha > 0.0 ? sampled_batch(pairs) : make_batch(*corpus_, pairs);
  if (++position_.batch == plan_.size()) {
    position_ = {position_.epoch + 1, 0};
    plan_ = plan_of(position_.epoch);
  }
  return batch;
}

Batch TokenBatcher::sampled_batch(std::span<const uint32_t> pairs) const {
  const uint64_t epoch_seed =
      base::mix_seeds(~options_.seed, static_cast<uint64_t>(position_.epoch));
  const Vocabularies& vocabularies = corpus_->vocabularies();
  const SubwordSampling& sampling = options_.sampling;
  Rows sources;
  Rows targets;
  for (const uint32_t pair : pairs) {
    const uint64_t seed = base::mix_seeds(epoch_seed, 2 * uint64_t{pair});
    sources.push_back(resampled(corpus_->source(pair), vocabularies.source(), sampling, seed));
    targets.push_back(resampled(corpus_->target(pair), vocabularies.target(), sampling, seed + 1));
  }
  return to_batch(*corpus_, pairs, sources, targets);
}

void TokenBatcher::restore(const DataPosition& position) {
  if (position.epoch < 0) {
    throw InputError("cannot continue the data at epoch ", position.epoch, ": no such epoch");
  }
  BatchPlan plan = plan_of(position.epoch);
  if (position.batch < 0 || position.batch >= plan.size()) {
    throw InputError("cannot continue the data at batch ", position.batch, " of epoch ",
                     position.epoch, ": it has ", plan.size(),
                     " batches; were the training sets, the vocabulary or max-tokens changed?");
  }
  plan_ = std::move(plan);
  position_ = position;
}

}  // namespace nmt::data

// TokenBatcher: an endless stream of batches for training, epoch after epoch, whose position can be
// saved and restored exactly.
//
// Epoch e visits every pair of the corpus once, in the batches of a BatchPlan seeded with (seed,
// e).
//
//     TokenBatcher batcher(corpus, {.max_tokens = 4096, .seed = 1});
//     while (...) step(batcher.next());

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "data/batch.h"
#include "data/batch_plan.h"
#include "data/parallel_corpus.h"

namespace nmt::data {

/// Where a stream of batches stands: the next batch to come.
struct DataPosition {
  int64_t epoch = 0;  ///< Finished epochs.
  int64_t batch = 0;  ///< Batches of the current epoch that were given out.

  bool operator==(const DataPosition&) const = default;
};

/// Random segmentations instead of the best ones (vocabulary.h, sample), new in every epoch.
/// Budgets are counted with the best segmentations, so a batch may get somewhat larger.
struct SubwordSampling {
  double alpha = 0.0;      ///< 0: no sampling.
  int64_t max_length = 0;  ///< A longer sample, `</s>` included, gives way to the best; 0: none.
};

struct TokenBatcherOptions {
  int64_t max_tokens = 4096;  ///< Rows × longest side, `</s>` included.
  uint64_t seed = 1;
  bool shuffle = true;  ///< Otherwise every epoch has the same batches in order of length.
  SubwordSampling sampling;
};

class TokenBatcher {
 public:
  /// `corpus` must outlive the batcher. Throws InputError if a pair is longer than max_tokens.
  TokenBatcher(const ParallelCorpus& corpus, const TokenBatcherOptions& options);

  /// The next batch, of the next epoch where one ends.
  Batch next();

  /// The next batch to come; after the last batch of epoch e, it is {e + 1, 0}.
  DataPosition position() const { return position_; }

  /// Continues at `position` exactly as the batcher that gave it. Throws InputError if the current
  /// corpus and options have no such batch.
  void restore(const DataPosition& position);

  /// Batches of the epoch that position() is in.
  int64_t batches_in_epoch() const { return plan_.size(); }

  /// The batches of that epoch.
  const BatchPlan& plan() const { return plan_; }

 private:
  BatchPlan plan_of(int64_t epoch) const;
  Batch sampled_batch(std::span<const uint32_t> pairs) const;

  const ParallelCorpus* corpus_;
  TokenBatcherOptions options_;
  DataPosition position_;
  BatchPlan plan_;
};

/// The pairs `pairs` of `corpus` as one padded batch, in this order.
///
/// Validation sees every pair once, in a fixed order:
///
///     const BatchPlan plan(corpus, max_tokens);
///     for (int64_t i = 0; i < plan.size(); ++i) use(make_batch(corpus, plan.pairs(i)));
Batch make_batch(const ParallelCorpus& corpus, std::span<const uint32_t> pairs);

}  // namespace nmt::data

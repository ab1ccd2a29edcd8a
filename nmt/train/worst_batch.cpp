#include "nmt/train/worst_batch.h"

#include <algorithm>
#include <new>
#include <string>

#include "data/text/error.h"
#include "data/token_batcher.h"
#include "nmt/model/refused_memory.h"
#include "nmt/train/slice_count.h"

namespace nmt::train {
namespace {

int64_t pieces_of(const data::ParallelCorpus& corpus, int64_t pair) {
  return corpus.source_length(pair) + corpus.target_length(pair);
}

// Of both sides, in the largest slice: a pair is never cut.
int64_t pieces_of_slice(std::span<const uint32_t> pairs, const data::ParallelCorpus& corpus,
                        const config::TrainingConfig& config) {
  int64_t source = 0, target = 0, longest = 0;
  for (const uint32_t pair : pairs) {
    source += corpus.source_length(pair);
    target += corpus.target_length(pair);
    longest = std::max(longest, pieces_of(corpus, pair));
  }
  const bool cut = config.device != config::DeviceKind::kCuda;
  const int64_t slices = cut ? config.threads * slice_count(std::max(source, target),
                                                            config.threads, config.model.d_model)
                             : 1;
  return std::max(longest, (source + target) / slices);
}

std::string longest_pair(std::span<const uint32_t> pairs, const TrainingData& data,
                         const config::TrainingConfig& config) {
  const uint32_t longest = *std::ranges::max_element(
      pairs, {}, [&](uint32_t pair) { return pieces_of(data.train, pair); });
  const auto& sets = config.data.train_sets;
  return concatenate(sets.empty() ? "the toy grammar" : sets[0], ":", data.train.line(longest),
                     " (source ", data.train.source_length(longest), " pieces, target ",
                     data.train.target_length(longest), ")");
}

}  // namespace

int64_t worst_batch(const data::BatchPlan& plan, const data::ParallelCorpus& corpus,
                    const config::TrainingConfig& config) {
  int64_t worst = 0, most = 0;
  for (int64_t i = 0; i < plan.size(); ++i) {
    const int64_t pieces = pieces_of_slice(plan.pairs(i), corpus, config);
    if (pieces > most) worst = i;
    most = std::max(most, pieces);
  }
  return worst;
}

void try_worst_batch(TrainStep& step, const data::BatchPlan& plan, const TrainingData& data,
                     const config::TrainingConfig& config) {
  const std::span<const uint32_t> pairs = plan.pairs(worst_batch(plan, data.train, config));
  const auto refuse = [&](const std::string& memory) {
    throw InputError(
        longest_pair(pairs, data, config), ": ", memory,
        " does not hold an update on this pair and the ", pairs.size() - 1,
        " others of its micro-batch, the largest of the epoch; lower --max-tokens (and "
        "raise --update-freq to keep the batch), --max-length or --threads, or set "
        "--recompute true");
  };
  try {
    step.rehearse(data::make_batch(data.train, pairs));
  } catch (const c10::OutOfMemoryError&) {
    refuse("the GPU's memory");
  } catch (const c10::Error& error) {
    if (!model::refused_memory(error)) throw;
    refuse("memory");
  } catch (const std::bad_alloc&) {
    refuse("memory");
  }
}

}  // namespace nmt::train

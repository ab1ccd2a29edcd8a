#include "nmt/train/worst_batch.h"

#include <algorithm>
#include <new>
#include <string>
#include <vector>

#include "data/text/error.h"
#include "data/token_batcher.h"
#include "nmt/model/refused_memory.h"
#include "nmt/train/slice_count.h"

namespace nmt::train {
namespace {

int64_t pieces_of(const data::ParallelCorpus& corpus, int64_t pair) {
  return corpus.source_length(pair) + corpus.target_length(pair);
}

// Slices of a micro-batch, of all workers together.
int64_t slices_in(std::span<const uint32_t> pairs, const data::ParallelCorpus& corpus,
                  const config::TrainingConfig& config) {
  if (config.device == config::DeviceKind::kCuda) return 1;
  int64_t source = 0, target = 0;
  for (const uint32_t pair : pairs) {
    source += corpus.source_length(pair);
    target += corpus.target_length(pair);
  }
  return config.threads *
         slice_count(std::max(source, target), config.threads, config.model.d_model);
}

// Of both sides, in the largest slice.
int64_t most_pieces(std::span<const uint32_t> pairs, const data::ParallelCorpus& corpus,
                    const config::TrainingConfig& config) {
  const int64_t parts = slices_in(pairs, corpus, config);
  std::vector<int64_t> pieces(parts);
  for (int64_t part = 0; part < parts; ++part) {
    const int64_t end = std::ssize(pairs) * (part + 1) / parts;
    for (int64_t i = std::ssize(pairs) * part / parts; i < end; ++i) {
      pieces[part] += pieces_of(corpus, pairs[i]);
    }
  }
  return std::ranges::max(pieces);
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
    const int64_t pieces = most_pieces(plan.pairs(i), corpus, config);
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

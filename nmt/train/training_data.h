// What a run learns from and is validated on: text files, or the toy grammar when none are named.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/parallel_corpus.h"
#include "data/vocabulary.h"
#include "nmt/config/training_config.h"

namespace nmt::train {

struct TrainingData {
  std::shared_ptr<const data::Vocabulary> vocabulary;
  data::ParallelCorpus train;
  std::optional<data::ParallelCorpus> valid;
  std::vector<data::SentencePair> valid_pairs;  ///< The first pairs of the valid set, for BLEU.
};

/// Pieces of a target, `</s>` included, rounded down.
int64_t mean_target_length(const data::ParallelCorpus& corpus);

/// Reads the sets of `config.data`, or generates the toy corpus from the seed when no train sets
/// are named. The vocabulary is `saved_vocabulary` (bytes of spm.model, when a run resumes), else
/// the file that the configuration names, else trained on the training sets. Throws InputError for
/// everything that files can have wrong.
TrainingData load_training_data(const config::TrainingConfig& config,
                                const std::optional<std::string>& saved_vocabulary);

}  // namespace nmt::train

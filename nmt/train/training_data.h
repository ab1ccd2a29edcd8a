// What a run learns from and is validated on: text files, or the toy grammar when none are named.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/parallel_corpus.h"
#include "nmt/checkpoint/checkpoint.h"
#include "nmt/config/training_config.h"
#include "nmt/train/memory_estimate.h"

namespace nmt::train {

struct TrainingData {
  data::ParallelCorpus train;
  std::optional<data::ParallelCorpus> valid;
  std::vector<data::SentencePair> valid_pairs;  ///< The first pairs of `valid`, for BLEU.

  const data::Vocabularies& vocabularies() const { return train.vocabularies(); }
};

/// Pieces of a target, `</s>` included, rounded down.
int64_t mean_target_length(const data::ParallelCorpus& corpus);

/// What a run of `config` on `data` needs, with a model of `parameters` values. Of its text it
/// keeps the corpora, and 16 bytes a training pair for the plans of its batches.
MemoryNeed memory_need(const config::TrainingConfig& config, const TrainingData& data,
                       int64_t parameters);

/// Reads the sets of `config.data`, or generates the toy corpus from the seed when no train sets
/// are named. The vocabulary is `saved_vocabulary` (when a run resumes), else of the files that the
/// configuration names, one or one for each side, else trained on the training sets. Throws
/// InputError for everything that files can have wrong, and if memory will not suffice for training
/// a vocabulary.
///
/// Training leaves out pairs that are longer than max-length or too different in length; validation
/// only those that the model cannot read, and its loss and its BLEU are over the same pairs.
TrainingData load_training_data(const config::TrainingConfig& config,
                                const std::optional<checkpoint::VocabularyBytes>& saved_vocabulary);

/// The vocabularies as checkpoints keep them.
checkpoint::VocabularyBytes serialized(const data::Vocabularies& vocabularies);

/// Gives `model` what follows from the data: the sizes of its vocabularies and, where it has none
/// yet, the bound on the length of translations (covering_bound.h).
void fit_to_data(config::ModelConfig& model, const TrainingData& data);

}  // namespace nmt::train

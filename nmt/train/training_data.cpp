#include "nmt/train/training_data.h"

#include <algorithm>

#include "data/pair_reader.h"
#include "data/subword.h"
#include "data/toy_grammar/toy_corpus.h"
#include "nmt/train/covering_bound.h"

namespace nmt::train {
namespace {

// Enough for every word form of the toy grammar, and quick.
constexpr size_t kToyVocabularyPairs = 20'000;

constexpr int64_t kPlanBytes = 16;  // A pair, where one epoch's plan follows another.

using Pairs = std::vector<data::SentencePair>;

data::CorpusOptions corpus_options(const config::TrainingConfig& config) {
  return {.invalid_utf8 = config.data.invalid_utf8,
          .max_length = std::min(config.data.max_length, config.model.max_positions),
          .max_length_ratio = config.data.max_length_ratio,
          .threads = static_cast<int>(config.threads)};
}

// Validation keeps every pair that the model can read at all.
data::CorpusOptions valid_options(const config::TrainingConfig& config) {
  data::CorpusOptions options = corpus_options(config);
  options.max_length = config.model.max_positions;
  options.max_length_ratio = 0.0;
  options.keep_text = config.schedule.valid_bleu_segments;
  return options;
}

data::SubwordOptions subword_options(const config::TrainingConfig& config) {
  return {.model = config.data.subword,
          .vocab_size = config.data.vocab_size,
          .normalization = config.data.normalization,
          .byte_fallback = config.data.byte_fallback,
          .seed = config.seed,
          .invalid_utf8 = config.data.invalid_utf8,
          .memory = usable_memory(machine_memory())};
}

Pairs plain_pairs(std::vector<data::ToyPair>& toy) {
  Pairs pairs;
  pairs.reserve(toy.size());
  for (data::ToyPair& pair : toy) {
    pairs.push_back({std::move(pair.source), std::move(pair.target)});
  }
  return pairs;
}

data::Vocabularies from_saved(const checkpoint::VocabularyBytes& saved) {
  if (saved.shared()) {
    return data::Vocabulary::from_serialized(saved.target, checkpoint::kVocabularyFile);
  }
  return {data::Vocabulary::from_serialized(saved.source, checkpoint::kSourceVocabularyFile),
          data::Vocabulary::from_serialized(saved.target, checkpoint::kTargetVocabularyFile)};
}

// The vocabularies that are there before the run; none if one is to be trained.
std::optional<data::Vocabularies> given_vocabularies(
    const config::TrainingConfig& config,
    const std::optional<checkpoint::VocabularyBytes>& saved_vocabulary) {
  if (saved_vocabulary) return from_saved(*saved_vocabulary);
  const std::vector<std::string>& paths = config.data.vocab;
  if (paths.empty()) return std::nullopt;
  if (paths.size() == 1) return data::Vocabulary::load(paths[0]);
  return data::Vocabularies(data::Vocabulary::load(paths[0]), data::Vocabulary::load(paths[1]));
}

TrainingData to_training_data(data::ParallelCorpus train,
                              std::optional<data::ParallelCorpus> valid) {
  TrainingData data = {.train = std::move(train), .valid = std::move(valid), .valid_pairs = {}};
  if (data.valid) data.valid_pairs = data.valid->text();
  return data;
}

TrainingData toy_data(const config::TrainingConfig& config,
                      const std::optional<checkpoint::VocabularyBytes>& saved_vocabulary) {
  data::ToyCorpus toy = data::make_toy_corpus(config.seed);
  const Pairs train = plain_pairs(toy.train);
  const Pairs valid = plain_pairs(toy.valid);
  const std::span<const data::SentencePair> sample(train.data(),
                                                   std::min(train.size(), kToyVocabularyPairs));
  const auto given = given_vocabularies(config, saved_vocabulary);
  const data::Vocabularies vocabularies =
      given ? *given : data::train_vocabulary(sample, subword_options(config));
  return to_training_data(
      data::ParallelCorpus::from_pairs(train, vocabularies, corpus_options(config)),
      data::ParallelCorpus::from_pairs(valid, vocabularies, valid_options(config)));
}

TrainingData file_data(const config::TrainingConfig& config,
                       const std::optional<checkpoint::VocabularyBytes>& saved_vocabulary) {
  const config::DataConfig& files = config.data;
  const auto given = given_vocabularies(config, saved_vocabulary);
  const data::Vocabularies vocabularies =
      given ? *given
            : data::train_vocabulary(files.train_sets[0], files.train_sets[1],
                                     subword_options(config));
  const auto read = [&](const std::vector<std::string>& sets, const data::CorpusOptions& options) {
    return data::ParallelCorpus::read(sets[0], sets[1], vocabularies, options);
  };
  data::ParallelCorpus train = read(files.train_sets, corpus_options(config));
  std::optional<data::ParallelCorpus> valid;
  if (!files.valid_sets.empty()) valid = read(files.valid_sets, valid_options(config));
  return to_training_data(std::move(train), std::move(valid));
}

}  // namespace

int64_t mean_target_length(const data::ParallelCorpus& corpus) {
  return corpus.target_tokens() / std::max<int64_t>(1, corpus.size());
}

MemoryNeed memory_need(const config::TrainingConfig& config, const TrainingData& data,
                       int64_t parameters) {
  return {.training =
              estimate_memory(config, parameters, config.threads, mean_target_length(data.train)),
          .data = data.train.memory_bytes() + (data.valid ? data.valid->memory_bytes() : 0) +
                  kPlanBytes * data.train.size()};
}

TrainingData load_training_data(
    const config::TrainingConfig& config,
    const std::optional<checkpoint::VocabularyBytes>& saved_vocabulary) {
  return config.data.train_sets.empty() ? toy_data(config, saved_vocabulary)
                                        : file_data(config, saved_vocabulary);
}

checkpoint::VocabularyBytes serialized(const data::Vocabularies& vocabularies) {
  if (vocabularies.shared()) return vocabularies.target().serialized();
  return {vocabularies.source().serialized(), vocabularies.target().serialized()};
}

void fit_to_data(config::ModelConfig& model, const TrainingData& data) {
  const data::Vocabularies& vocabularies = data.vocabularies();
  model.vocab_size = vocabularies.target().size();
  model.source_vocab_size = vocabularies.shared() ? 0 : vocabularies.source().size();
  if (!model.length_bound) model.length_bound = covering_bound(data.train);
}

}  // namespace nmt::train

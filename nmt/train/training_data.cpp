#include "nmt/train/training_data.h"

#include <algorithm>

#include "data/pair_reader.h"
#include "data/subword.h"
#include "data/toy_grammar/toy_corpus.h"

namespace nmt::train {
namespace {

// Enough for every word form of the toy grammar, and quick.
constexpr size_t kToyVocabularyPairs = 20'000;

using Pairs = std::vector<data::SentencePair>;

data::InvalidUtf8 invalid_utf8_of(config::InvalidUtf8Rule rule) {
  switch (rule) {
    case config::InvalidUtf8Rule::kFail:
      return data::InvalidUtf8::kFail;
    case config::InvalidUtf8Rule::kSkip:
      return data::InvalidUtf8::kSkip;
    case config::InvalidUtf8Rule::kReplace:
      return data::InvalidUtf8::kReplace;
  }
  return data::InvalidUtf8::kFail;
}

data::CorpusOptions corpus_options(const config::TrainingConfig& config) {
  return {.invalid_utf8 = invalid_utf8_of(config.data.invalid_utf8),
          .max_length = std::min(config.data.max_length, config.model.max_positions),
          .max_length_ratio = config.data.max_length_ratio,
          .threads = static_cast<int>(config.threads)};
}

// Validation keeps every pair that the model can read at all.
data::CorpusOptions valid_options(const config::TrainingConfig& config) {
  data::CorpusOptions options = corpus_options(config);
  options.max_length_ratio = 0.0;
  return options;
}

data::SubwordOptions subword_options(const config::TrainingConfig& config) {
  return {.model = config.data.subword == config::SubwordKind::kBpe ? data::SubwordModel::kBpe
                                                                    : data::SubwordModel::kUnigram,
          .vocab_size = config.data.vocab_size,
          .seed = config.seed,
          .invalid_utf8 = invalid_utf8_of(config.data.invalid_utf8)};
}

Pairs plain_pairs(std::vector<data::ToyPair>& toy) {
  Pairs pairs;
  pairs.reserve(toy.size());
  for (data::ToyPair& pair : toy) {
    pairs.push_back({std::move(pair.source), std::move(pair.target)});
  }
  return pairs;
}

std::shared_ptr<const data::Vocabulary> shared(data::Vocabulary vocabulary) {
  return std::make_shared<const data::Vocabulary>(std::move(vocabulary));
}

TrainingData toy_data(const config::TrainingConfig& config,
                      const std::optional<std::string>& saved_vocabulary) {
  data::ToyCorpus toy = data::make_toy_corpus(config.seed);
  const Pairs train = plain_pairs(toy.train);
  Pairs valid = plain_pairs(toy.valid);
  const std::span<const data::SentencePair> sample(train.data(),
                                                   std::min(train.size(), kToyVocabularyPairs));
  const auto vocabulary =
      shared(saved_vocabulary ? data::Vocabulary::from_serialized(*saved_vocabulary)
                              : data::train_vocabulary(sample, subword_options(config)));
  return {.vocabulary = vocabulary,
          .train = data::ParallelCorpus::from_pairs(train, *vocabulary, corpus_options(config)),
          .valid = data::ParallelCorpus::from_pairs(valid, *vocabulary, valid_options(config)),
          .valid_pairs = std::move(valid)};
}

data::Vocabulary vocabulary_of(const config::TrainingConfig& config,
                               const std::optional<std::string>& saved_vocabulary) {
  if (saved_vocabulary) return data::Vocabulary::from_serialized(*saved_vocabulary);
  if (!config.data.vocab.empty()) return data::Vocabulary::load(config.data.vocab.front());
  return data::train_vocabulary(config.data.train_sets[0], config.data.train_sets[1],
                                subword_options(config));
}

TrainingData file_data(const config::TrainingConfig& config,
                       const std::optional<std::string>& saved_vocabulary) {
  const config::DataConfig& files = config.data;
  const auto vocabulary = shared(vocabulary_of(config, saved_vocabulary));
  TrainingData data = {.vocabulary = vocabulary,
                       .train = data::ParallelCorpus::read(files.train_sets[0], files.train_sets[1],
                                                           *vocabulary, corpus_options(config)),
                       .valid = std::nullopt,
                       .valid_pairs = {}};
  if (!files.valid_sets.empty()) {
    data.valid = data::ParallelCorpus::read(files.valid_sets[0], files.valid_sets[1], *vocabulary,
                                            valid_options(config));
    data.valid_pairs = data::read_pairs(files.valid_sets[0], files.valid_sets[1],
                                        invalid_utf8_of(files.invalid_utf8));
  }
  return data;
}

}  // namespace

int64_t mean_target_length(const data::ParallelCorpus& corpus) {
  return corpus.target_tokens() / std::max<int64_t>(1, corpus.size());
}

TrainingData load_training_data(const config::TrainingConfig& config,
                                const std::optional<std::string>& saved_vocabulary) {
  TrainingData data = config.data.train_sets.empty() ? toy_data(config, saved_vocabulary)
                                                     : file_data(config, saved_vocabulary);
  const size_t translated = static_cast<size_t>(config.schedule.valid_bleu_segments);
  if (data.valid_pairs.size() > translated) data.valid_pairs.resize(translated);
  return data;
}

}  // namespace nmt::train

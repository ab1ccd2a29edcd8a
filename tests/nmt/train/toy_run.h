// Small training runs over a few toy-grammar pairs, in this process, and what they leave behind.

#pragma once

#include <ATen/Parallel.h>

#include <atomic>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "data/subword.h"
#include "data/toy_grammar/toy_corpus.h"
#include "nmt/checkpoint/checkpoint_set.h"
#include "nmt/run_log/run_log.h"
#include "nmt/run_log/run_record_json.h"
#include "nmt/train/log_observer.h"
#include "nmt/train/trainer.h"

namespace nmt::train::testing {

inline std::vector<data::SentencePair> plain_pairs(const std::vector<data::ToyPair>& toy) {
  std::vector<data::SentencePair> pairs;
  for (const data::ToyPair& pair : toy) pairs.push_back({pair.source, pair.target});
  return pairs;
}

/// 120 training and 8 validation pairs under a vocabulary of 120 pieces; BLEU over `translated`.
/// LibTorch then uses one thread, as in the workers of a run.
inline TrainingData toy_data(size_t translated = 0, bool with_valid = true) {
  at::set_num_threads(1);
  const data::ToyCorpus toy = data::make_toy_corpus(5, {.train = 120, .valid = 8, .test = 0});
  const auto train = plain_pairs(toy.train);
  auto valid = plain_pairs(toy.valid);
  static const data::Vocabulary vocabulary = data::train_vocabulary(
      std::span<const data::SentencePair>(train), data::SubwordOptions{.vocab_size = 120});
  TrainingData data = {.train = data::ParallelCorpus::from_pairs(train, vocabulary, {}),
                       .valid = std::nullopt,
                       .valid_pairs = {}};
  if (with_valid) data.valid = data::ParallelCorpus::from_pairs(valid, vocabulary, {});
  valid.resize(std::min(translated, valid.size()));
  data.valid_pairs = std::move(valid);
  return data;
}

/// 2L-1L of width 16 with σReparam, no dropout, one thread, no limit but max_updates.
inline config::TrainingConfig toy_config(const TrainingData& data, const std::string& model_dir) {
  config::TrainingConfig config;
  config.model.architecture = {.residual = layers::ResidualKind::kPostLn,
                               .linear = layers::LinearKind::kSigma,
                               .encoder_layers = 2,
                               .decoder_layers = 1};
  config.model.d_model = 16;
  config.model.ffn_dim = 32;
  config.model.heads = 2;
  config.model.dropout = 0.0;
  fit_to_data(config.model, data);
  config.data.max_tokens = 600;
  config.optimization.learning_rate = 5e-3;
  config.optimization.warmup_updates = 5;
  config.schedule.max_updates = 10;
  config.schedule.validate_every = 0;
  config.schedule.save_every = 0;
  config.schedule.log_every = 3;
  config.schedule.valid_bleu_segments = 0;
  config.model_dir = model_dir;
  config.threads = 1;
  return config;
}

/// Asks the trainer to stop, as a signal does, once an update is finished.
class StopAfter : public TrainingObserver {
 public:
  StopAfter(int64_t update, std::atomic<bool>& stop) : update_(update), stop_(stop) {}
  void on_progress(const Progress& progress) override {
    if (progress.update == update_) stop_ = true;
  }

 private:
  int64_t update_;
  std::atomic<bool>& stop_;
};

/// Trains as nmt-train does, from the newest checkpoint if there is one; stops after the update
/// `stop_after` if it is not 0.
inline run_log::EndRecord train(const config::TrainingConfig& config, const TrainingData& data,
                                int64_t stop_after = 0) {
  std::filesystem::create_directories(config.model_dir);
  const auto newest = checkpoint::CheckpointSet(config.model_dir + "/checkpoints").newest();
  const std::string path = config.model_dir + "/run.jsonl.gz";
  TrainingStart start;
  std::atomic<bool> stop = false;
  ObserverGroup observers;
  if (newest) start = {.checkpoint = newest->folder, .update = newest->update};
  Trainer trainer(config, data, observers, stop, start);
  if (newest) run_log::truncate_after(path, newest->update);
  run_log::RunLog log(path);
  LogObserver history(log);
  StopAfter stopper(stop_after, stop);
  observers.add(history);
  observers.add(stopper);
  return trainer.run();
}

template <class Record>
std::vector<Record> records(const std::string& model_dir) {
  std::vector<Record> found;
  for (const run_log::RunRecord& record : run_log::read_run(model_dir + "/run.jsonl.gz")) {
    if (const auto* one = std::get_if<Record>(&record)) found.push_back(*one);
  }
  return found;
}

/// The update numbers of the checkpoints that are there.
inline std::vector<int64_t> saved_updates(const std::string& model_dir) {
  std::vector<int64_t> updates;
  for (const auto& entry : checkpoint::CheckpointSet(model_dir + "/checkpoints").all()) {
    updates.push_back(entry.update);
  }
  return updates;
}

/// Expects the same names and bits, NaN equal to NaN.
inline void expect_same_bits(const checkpoint::NamedTensors& a, const checkpoint::NamedTensors& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].first, b[i].first);
    EXPECT_TRUE(torch::allclose(a[i].second, b[i].second, 0.0, 0.0, /*equal_nan=*/true))
        << a[i].first;
  }
}

}  // namespace nmt::train::testing

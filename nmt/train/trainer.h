// Trainer: the training loop.
//
//     update:     next micro-batches -> train_step -> stability rules -> log record
//     sometimes:  validate -> best/            save checkpoint -> checkpoints/
//
// What a run writes into its model folder: run.jsonl (by an observer), checkpoints/, best/ and,
// with average-last, average/.

#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <string>

#include "data/batch_prefetcher.h"
#include "nmt/checkpoint/checkpoint_set.h"
#include "nmt/config/training_config.h"
#include "nmt/run_log/stability_monitor.h"
#include "nmt/train/sharpness_probe.h"
#include "nmt/train/train_step.h"
#include "nmt/train/training_data.h"
#include "nmt/train/training_observer.h"
#include "nmt/train/training_start.h"
#include "nmt/train/training_state.h"

namespace nmt::train {

class Trainer {
 public:
  /// `config` is complete (vocab_size set, threads and device resolved). `data`, `observer` and
  /// `stop` must outlive the trainer. Writes nothing and tells `observer` nothing yet. Throws
  /// InputError if what `at` or init-from names does not fit the model or, where a run goes on, the
  /// data; UsageError if memory will not suffice.
  Trainer(const config::TrainingConfig& config, const TrainingData& data,
          TrainingObserver& observer, const std::atomic<bool>& stop, const TrainingStart& at = {});

  /// Trains until a limit is met or `stop` becomes true, then saves and reports. A validation that
  /// `stop` cuts short is made up for when the run is resumed.
  /// Throws InputError if something cannot be written.
  run_log::EndRecord run();

 private:
  using Clock = std::chrono::steady_clock;

  void restore(const std::string& checkpoint);
  void check_data(const nlohmann::json& state, const std::string& source) const;
  void take_model(const std::string& folder);
  std::string reason_to_stop() const;
  void open_batches();
  void update_once();
  /// Whether something that is done every `interval` updates (0: never) falls on this one.
  bool due(int64_t interval) const { return interval > 0 && progress_.update % interval == 0; }
  bool measures_now() const;
  bool stops_on(const std::string& unstable) const;
  void change_temperatures();
  void react(const run_log::EventRecord& event);
  void validate_and_save(const std::string& reason);
  void report_non_finite(const std::vector<data::Batch>& batches, const StepResult& result);
  void report_update(StepResult result);
  void report_progress(const StepResult& result);
  void log_update();
  std::vector<run_log::AttentionRecord> attention_records();
  void measure_sharpness();
  void validate_if_due();
  void report_endless_translations();
  void watch_plateau(double nll);
  void lower_learning_rate(double factor, const std::string& cause, const std::string& reason);
  bool is_better(const run_log::ValidRecord& record) const;
  config::ModelConfig model_with_temperatures() const;
  void save_checkpoint();
  void publish_best();
  run_log::EndRecord finish(const std::string& reason);
  int64_t last_change_of_temperature(int64_t update) const;
  void report_change_within_average();
  std::vector<std::string> checkpoints_to_average();
  void write_average(const std::vector<std::string>& folders);
  static double seconds_between(Clock::time_point from, Clock::time_point to);
  double run_seconds() const;
  double process_seconds() const;

  config::TrainingConfig config_;
  const TrainingData& data_;
  TrainingObserver& observer_;
  const std::atomic<bool>& stop_;
  TrainingStart at_;
  checkpoint::CheckpointSet checkpoints_;
  model::Transformer model_;
  TrainStep step_;
  std::optional<data::BatchPrefetcher> batches_;
  int64_t batches_in_epoch_ = 0;  // Of the epoch of progress_.position.
  double unigram_nll_;            // Of the training targets.
  run_log::StabilityMonitor monitor_;
  std::optional<SharpnessProbe> sharpness_;
  RunProgress progress_;
  RunProgress at_start_;
  Clock::time_point start_;
  std::optional<StepResult> unlogged_;  // The last update, while no record holds it.
  std::vector<double> losses_since_record_;
  int64_t tokens_since_record_ = 0;
  Clock::time_point last_record_;
  int64_t saved_update_ = -1;
};

}  // namespace nmt::train

// Trainer: the training loop.
//
//     update:     next micro-batches -> train_step -> stability rules -> log record
//     sometimes:  save checkpoint -> checkpoints/            validate -> best/
//
// Every process of a team runs the same loop, judges alike and so does the same; process 0 alone
// writes.
//
// What a run writes into its model folder: run.jsonl.gz (by an observer), checkpoints/, best/ and,
// with average-last, average/.

#pragma once

#include <atomic>
#include <optional>
#include <string>

#include "data/batch_prefetcher.h"
#include "nmt/checkpoint/checkpoint_set.h"
#include "nmt/config/training_config.h"
#include "nmt/distributed/communicator.h"
#include "nmt/run_log/stability_monitor.h"
#include "nmt/train/run_progress.h"
#include "nmt/train/run_reporter.h"
#include "nmt/train/run_state.h"
#include "nmt/train/sharpness_probe.h"
#include "nmt/train/train_step.h"
#include "nmt/train/training_data.h"
#include "nmt/train/training_observer.h"
#include "nmt/train/training_start.h"

namespace nmt::train {

class Trainer {
 public:
  /// `config` is complete (vocab_size set, threads and device resolved). `data`, `observer`,
  /// `stop` and `team` must outlive the trainer, and what it gets is the same in each process of
  /// the team, but for `observer` and `stop`. Writes nothing and tells `observer` nothing yet.
  /// Throws InputError if what `at` or init-from names does not fit the model or, where a run goes
  /// on, the data; UsageError if memory will not suffice.
  Trainer(const config::TrainingConfig& config, const TrainingData& data,
          TrainingObserver& observer, const std::atomic<bool>& stop, const TrainingStart& at = {},
          distributed::Communicator& team = distributed::alone());

  /// Trains until a limit is met or `stop` becomes true, then saves and reports. What is validated
  /// is saved before; a validation that `stop` or a kill cuts short is made up for when the run is
  /// resumed.
  /// Throws InputError if something cannot be written.
  run_log::EndRecord run();

 private:
  void go_on_from(const std::string& checkpoint);
  void take_model(const std::string& folder);
  std::string reason_to_stop();
  /// Whether something that is done every `interval` updates (0: never) falls on this one.
  bool due(int64_t interval) const { return interval > 0 && progress_.update % interval == 0; }
  void update_once();
  void change_temperatures();
  void judge(const StepResult& result);
  void measure_sharpness();
  void validate_and_save(const std::string& reason);
  void validate_if_due();
  void watch_plateau(double nll);
  void lower_learning_rate(double factor, const std::string& cause, const std::string& reason);
  void save_checkpoint();
  run_log::EndRecord finish(const std::string& reason);

  config::TrainingConfig config_;
  const TrainingData& data_;
  const std::atomic<bool>& stop_;
  TrainingStart at_;
  distributed::Communicator& team_;
  checkpoint::CheckpointSet checkpoints_;
  TrainStep step_;
  std::optional<data::BatchPrefetcher> batches_;
  double unigram_nll_;  // Of the training targets.
  run_log::StabilityMonitor monitor_;
  std::optional<SharpnessProbe> sharpness_;
  RunProgress progress_;
  RunReporter reporter_;
  RunState state_;
  int64_t saved_update_ = -1;
};

}  // namespace nmt::train

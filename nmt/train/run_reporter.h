// RunReporter: turns what happens in a run into the progress and records that its observer sees.
//
// It owns what a record sums up since the last one: losses, target pieces, time. Statistics are
// those of the train step.

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "nmt/config/training_config.h"
#include "nmt/run_log/record_keys.h"
#include "nmt/train/run_progress.h"
#include "nmt/train/train_step.h"
#include "nmt/train/training_data.h"
#include "nmt/train/training_observer.h"

namespace nmt::train {

/// The keys of an update that no record holds yet. One that is measured has its record at once.
void each_key(run_log::Of<StepResult> auto& result, auto&& visit) {
  visit("loss", result.loss);
  visit("nll", result.nll);
  visit("learning_rate", result.learning_rate);
  visit("gradient_norm", result.gradient_norm);
}

class RunReporter {
 public:
  using Clock = std::chrono::steady_clock;

  /// For the run that `step` trains on `data` and `progress` counts. All must outlive this.
  RunReporter(const config::TrainingConfig& config, const TrainingData& data, TrainStep& step,
              const RunProgress& progress, TrainingObserver& observer);

  /// Training begins where the progress now stands: times and speeds count from here.
  void begin();

  /// Seconds of training up to now, those of earlier processes included.
  double seconds() const { return at_start_.seconds + process_seconds(); }

  /// The last update is one of `batches_in_epoch` batches an epoch and gave `result`; its record is
  /// kept until log().
  void update(StepResult result, int64_t batches_in_epoch);

  /// Reports the record of the last update, with its sums, unless that was done.
  void log();

  /// The last update, of `batches`, was skipped because its `result` is not finite.
  void non_finite(const std::vector<data::Batch>& batches, const StepResult& result);

  /// What was measured at the last update, since `begin`; no part of the training speed.
  void sharpness(run_log::SharpnessRecord measured, Clock::time_point begin);

  /// An event at the last update.
  void event(const std::string& kind, const std::string& message,
             const nlohmann::ordered_json& fields = nlohmann::ordered_json::object());

  /// The run's last record: `verdict`, `reason`, and what else belongs to it. Returns it.
  run_log::EndRecord end(run_log::EndRecord verdict, const std::string& reason);

  /// Any other record, as it is.
  void record(const run_log::RunRecord& record) { observer_.on_record(record); }

  /// The keys of its state: what a run needs to go on with the record under way.
  friend void each_key(run_log::Of<RunReporter> auto& reporter, auto&& visit) {
    visit("losses", reporter.losses_);
    visit("unlogged", reporter.unlogged_);
  }

 private:
  double process_seconds() const;
  std::vector<run_log::AttentionRecord> attention_records(const stability::AttentionBounds& bounds);

  const config::TrainingConfig& config_;
  const TrainingData& data_;
  TrainStep& step_;
  const RunProgress& progress_;
  TrainingObserver& observer_;
  RunProgress at_start_;
  Clock::time_point start_;
  std::optional<StepResult> unlogged_;  // The last update, while no record holds it.
  std::vector<double> losses_;          // Of the updates since the last record.
  int64_t logged_tokens_ = 0;           // Up to the last record, and when it was written.
  Clock::time_point last_record_;
};

}  // namespace nmt::train

// LogObserver writes the run's history to run.jsonl in the model folder.

#pragma once

#include "nmt/run_log/run_log.h"
#include "nmt/train/training_observer.h"

namespace nmt::train {

/// Every function throws InputError if the line cannot be written.
class LogObserver : public TrainingObserver {
 public:
  /// Writes to `log`, which must outlive this.
  explicit LogObserver(run_log::RunLog& log) : log_(log) {}

  /// Writes the config line unless the log has one: a resumed run keeps its first.
  void on_start(const run_log::ConfigRecord& record) override;
  void on_update(const run_log::UpdateRecord& record) override;
  void on_valid(const run_log::ValidRecord& record) override;
  /// Also waits until the log is on the disk, so that it is never behind its checkpoint.
  void on_checkpoint(const run_log::CheckpointRecord& record) override;
  void on_sharpness(const run_log::SharpnessRecord& record) override;
  void on_event(const run_log::EventRecord& record) override;
  void on_end(const run_log::EndRecord& record) override;

 private:
  run_log::RunLog& log_;
};

}  // namespace nmt::train

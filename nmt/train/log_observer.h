// LogObserver writes the run's history to run.jsonl in the model folder.

#pragma once

#include "nmt/stability/run_log.h"
#include "nmt/train/training_observer.h"

namespace nmt::train {

/// Every function throws InputError if the line cannot be written.
class LogObserver : public TrainingObserver {
 public:
  /// Writes to `log`, which must outlive this.
  explicit LogObserver(stability::RunLog& log) : log_(log) {}

  /// Writes the config line unless the log has one: a resumed run keeps its first.
  void on_start(const stability::ConfigRecord& record) override;
  void on_update(const stability::UpdateRecord& record) override;
  void on_valid(const stability::ValidRecord& record) override;
  /// Also waits until the log is on the disk, so that it is never behind its checkpoint.
  void on_checkpoint(const stability::CheckpointRecord& record) override;
  void on_sharpness(const stability::SharpnessRecord& record) override;
  void on_event(const stability::EventRecord& record) override;
  void on_end(const stability::EndRecord& record) override;

 private:
  stability::RunLog& log_;
};

}  // namespace nmt::train

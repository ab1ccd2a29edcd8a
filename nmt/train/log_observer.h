// LogObserver writes the run's history to run.jsonl.gz in the model folder.

#pragma once

#include <variant>

#include "nmt/run_log/run_log.h"
#include "nmt/train/training_observer.h"

namespace nmt::train {

class LogObserver : public TrainingObserver {
 public:
  /// Writes to `log`, which must outlive this.
  explicit LogObserver(run_log::RunLog& log) : log_(log) {}

  /// Writes a line; none for the configuration if the log has lines: a resumed run keeps its first.
  /// After that of a checkpoint, waits until the log is on the disk, so that it is never behind its
  /// checkpoint. Throws InputError if the line cannot be written.
  void on_record(const run_log::RunRecord& record) override {
    if (std::holds_alternative<run_log::ConfigRecord>(record) && !log_.empty()) return;
    log_.write(record);
    if (std::holds_alternative<run_log::CheckpointRecord>(record)) log_.sync();
  }

 private:
  run_log::RunLog& log_;
};

}  // namespace nmt::train

// TensorboardObserver writes the curves of a run for TensorBoard: what run.jsonl.gz holds, one
// value a layer instead of one a head. README.md of this folder lists the tags.

#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "nmt/run_log/run_record.h"
#include "nmt/tensorboard/event_file.h"
#include "nmt/train/training_observer.h"

namespace nmt::train {

/// Every function throws InputError if its event cannot be written.
class TensorboardObserver : public TrainingObserver {
 public:
  /// Opens a new event file in `folder`, which is created if it is missing. `latest` is what
  /// run.jsonl.gz already holds, from its last update record on (run_log::read_latest()); empty for
  /// a new run. Earlier files lose what they say from that record on, and the new one repeats
  /// `latest`: TensorBoard then shows what run.jsonl.gz holds, no more.
  TensorboardObserver(const std::filesystem::path& folder,
                      const std::vector<run_log::RunRecord>& latest);

  /// After a checkpoint's record, also waits until the file is on the disk, so that it is never
  /// behind its checkpoint.
  void on_record(const run_log::RunRecord& record) override;

 private:
  tensorboard::EventFile file_;
  int64_t first_step_ = 0;  // Updates that were done when this process began.
};

}  // namespace nmt::train

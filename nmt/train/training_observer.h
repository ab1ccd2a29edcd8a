// TrainingObserver: who wants to know how training goes. The trainer itself prints and logs
// nothing; the console (console_observer.h) and run.jsonl.gz (log_observer.h) are two observers.

#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "nmt/run_log/run_record.h"

namespace nmt::train {

/// Where the run stands after an update.
struct Progress {
  int64_t update = 0;
  double loss = 0.0;               ///< Of this update, nats a target piece.
  double tokens_per_second = 0.0;  ///< In this process; target pieces without padding.
  double seconds = 0.0;            ///< Training time of this process.
  std::optional<double> fraction;  ///< Done of this process' work (done_fraction()).
};

/// Both functions do nothing by default. An observer may throw (disk full): the run then ends.
class TrainingObserver {
 public:
  virtual ~TrainingObserver() = default;
  /// After every update.
  virtual void on_progress(const Progress&) {}
  /// Each piece of the run's history as it comes: the ConfigRecord first, when resuming too, the
  /// EndRecord last. A CheckpointRecord comes before its checkpoint gets the final name: a
  /// checkpoint never exists without its line.
  virtual void on_record(const run_log::RunRecord&) {}
};

/// Passes everything on to several observers, in the order given. They must outlive its last call.
class ObserverGroup : public TrainingObserver {
 public:
  void add(TrainingObserver& observer) { observers_.push_back(&observer); }

  void on_progress(const Progress& progress) override {
    for (auto* observer : observers_) observer->on_progress(progress);
  }
  void on_record(const run_log::RunRecord& record) override {
    for (auto* observer : observers_) observer->on_record(record);
  }

 private:
  std::vector<TrainingObserver*> observers_;
};

}  // namespace nmt::train

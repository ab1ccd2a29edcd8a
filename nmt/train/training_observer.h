// TrainingObserver: who wants to know how training goes. The trainer itself prints and logs
// nothing; the console (console_observer.h) and run.jsonl (log_observer.h) are two observers.

#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "nmt/run_log/run_record.h"

namespace nmt::train {

/// Where the run stands after an update. A limit of 0 is none.
struct Progress {
  int64_t update = 0;
  double loss = 0.0;               ///< Of this update, nats a target piece.
  double tokens_per_second = 0.0;  ///< Recent; target pieces without padding.
  int64_t first_update = 0;        ///< Updates that were already done when this process began.
  double seconds = 0.0;            ///< Training time of this process.
  int64_t max_updates = 0;
  double max_seconds = 0.0;   ///< Limit on `seconds`.
  double epochs = 0.0;        ///< Passes over the training set so far, fraction included.
  double first_epochs = 0.0;  ///< The same when this process began.
  int64_t max_epochs = 0;
  int64_t tokens = 0;        ///< Target pieces trained on.
  int64_t first_tokens = 0;  ///< The same when this process began.
  int64_t max_tokens = 0;
};

/// Every function does nothing by default. An observer may throw (disk full): the run then ends.
class TrainingObserver {
 public:
  virtual ~TrainingObserver() = default;
  /// Before the first update of this process; when resuming too.
  virtual void on_start(const run_log::ConfigRecord&) {}
  /// After every update.
  virtual void on_progress(const Progress&) {}
  /// At each log record.
  virtual void on_update(const run_log::UpdateRecord&) {}
  virtual void on_valid(const run_log::ValidRecord&) {}
  /// Before the checkpoint gets its final name: a checkpoint never exists without its line.
  virtual void on_checkpoint(const run_log::CheckpointRecord&) {}
  virtual void on_sharpness(const run_log::SharpnessRecord&) {}
  virtual void on_event(const run_log::EventRecord&) {}
  virtual void on_end(const run_log::EndRecord&) {}
};

/// Passes everything on to several observers, in the order given. They must outlive its last call.
class ObserverGroup : public TrainingObserver {
 public:
  explicit ObserverGroup(std::vector<TrainingObserver*> observers = {})
      : observers_(std::move(observers)) {}

  void add(TrainingObserver& observer) { observers_.push_back(&observer); }

  void on_start(const run_log::ConfigRecord& record) override {
    for (auto* observer : observers_) observer->on_start(record);
  }
  void on_progress(const Progress& progress) override {
    for (auto* observer : observers_) observer->on_progress(progress);
  }
  void on_update(const run_log::UpdateRecord& record) override {
    for (auto* observer : observers_) observer->on_update(record);
  }
  void on_valid(const run_log::ValidRecord& record) override {
    for (auto* observer : observers_) observer->on_valid(record);
  }
  void on_checkpoint(const run_log::CheckpointRecord& record) override {
    for (auto* observer : observers_) observer->on_checkpoint(record);
  }
  void on_sharpness(const run_log::SharpnessRecord& record) override {
    for (auto* observer : observers_) observer->on_sharpness(record);
  }
  void on_event(const run_log::EventRecord& record) override {
    for (auto* observer : observers_) observer->on_event(record);
  }
  void on_end(const run_log::EndRecord& record) override {
    for (auto* observer : observers_) observer->on_end(record);
  }

 private:
  std::vector<TrainingObserver*> observers_;
};

}  // namespace nmt::train

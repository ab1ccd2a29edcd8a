// ConsoleObserver tells a person how training goes: a start-up report, a progress bar on a
// terminal, a line at each log record elsewhere, and lines for validations, checkpoints, events and
// the end.

#pragma once

#include <iosfwd>
#include <memory>
#include <optional>
#include <string>

#include "nmt/train/training_observer.h"

namespace nmt::train {

class ConsoleObserver : public TrainingObserver {
 public:
  /// Writes to `out`, which must outlive this. `terminal` says whether `out` shows a bar.
  ConsoleObserver(std::ostream& out, bool terminal);
  ~ConsoleObserver() override;

  void on_start(const stability::ConfigRecord& record) override;
  void on_progress(const Progress& progress) override;
  void on_update(const stability::UpdateRecord& record) override;
  void on_valid(const stability::ValidRecord& record) override;
  void on_checkpoint(const stability::CheckpointRecord& record) override;
  void on_event(const stability::EventRecord& record) override;
  void on_end(const stability::EndRecord& record) override;

 private:
  void print_line(const std::string& line);

  std::ostream& out_;
  bool terminal_;
  std::string lowest_entropy_;  // As the last record had it.
};

/// What a start prints: the configuration key by key, α, β, γ₀, initial scales, parameters, memory.
std::string startup_report(const stability::ConfigRecord& record);

/// One line of a log record: "update 120  epoch 2  loss 5.43 ...  H_min 0.42 (12 %) enc 3 head 2".
std::string update_line(const stability::UpdateRecord& record);

/// The head with the lowest relative entropy: "H_min 0.42 (12 %) enc 3 head 2", heads from 1; empty
/// if there is none.
std::string lowest_entropy(const std::vector<stability::AttentionRecord>& records);

/// Seconds until the first limit is met at the pace of this process; no value without a limit or
/// before the first update.
std::optional<double> seconds_left(const Progress& progress);

}  // namespace nmt::train

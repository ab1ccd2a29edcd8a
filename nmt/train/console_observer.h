// ConsoleObserver tells a person how training goes: a start-up report, then a line at log records
// (at most one in a while), validations, checkpoints, events and the end; on a terminal a progress
// bar below them.

#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "nmt/cli/progress_bar.h"
#include "nmt/train/training_observer.h"

namespace nmt::train {

class ConsoleObserver : public TrainingObserver {
 public:
  /// Writes to `out`, which must outlive this; `options` as from cli::progress_options(). Lines of
  /// log records come at least options.line_interval seconds of training apart.
  ConsoleObserver(std::ostream& out, const cli::ProgressBarOptions& options);
  /// The same with every option but `terminal` at its default.
  ConsoleObserver(std::ostream& out, bool terminal)
      : ConsoleObserver(out, cli::ProgressBarOptions{.terminal = terminal}) {}

  void on_progress(const Progress& progress) override;
  void on_record(const run_log::RunRecord& record) override;

 private:
  cli::ProgressBarOptions options_;
  cli::ProgressBar bar_;
  cli::BarState latest_;
  std::optional<double> last_line_;  // Training time of the last line of a log record.
};

/// What a start prints: the configuration key by key, α, β, γ₀, initial scales, data, parameters,
/// memory and unigram nll.
std::string startup_report(const run_log::ConfigRecord& record);

/// One line of a log record: "update 120  epoch 2  loss 5.430  ...  H_min 0.42 (12 %) enc 3 head
/// 2".
std::string update_line(const run_log::UpdateRecord& record);

/// The head with the lowest relative entropy: "H_min 0.42 (12 %) enc 3 head 2" (mean entropy in
/// nats, relative entropy, enc | dec | cross, layer, head from 1); empty if there is none.
std::string lowest_entropy(const std::vector<run_log::AttentionRecord>& records);

}  // namespace nmt::train

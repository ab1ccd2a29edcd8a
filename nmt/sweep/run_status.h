// RunStatus: where a training run stands, out of its run.jsonl.gz (nmt/run_log/run_log.md).
//
// Only the first line and the end of the file are read, however long the history is.

#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "nmt/config/training_config.h"

namespace nmt::sweep {

struct RunStatus {
  nlohmann::ordered_json
      config;                ///< What the run was told, key by key; null before its first line.
  int64_t memory_bytes = 0;  ///< Estimated peak of the process; 0 before the first line.
  int64_t update = 0;        ///< Of the newest update record, as the next five.
  int64_t tokens = 0;        ///< Target pieces trained on.
  double nll = std::numeric_limits<double>::quiet_NaN();  ///< Nats a target piece.
  double tokens_per_second = 0.0;
  double seconds = 0.0;  ///< Training time.
  /// Smallest relative entropy of any attention head, 0 to 1; NaN if there is none.
  double least_entropy = std::numeric_limits<double>::quiet_NaN();
  std::optional<double> bleu;  ///< Of the newest validation that translated.
  std::string end_reason;      ///< Of the `end` record, if that is the last line; else empty.
  std::string end_status;      ///< "ok", "diverged", "did_not_learn", ... or empty.
  bool diverged = false;       ///< By the same record, as the next.
  std::optional<bool> learnt;  ///< None where that was not judged, as in older logs.

  /// Whether the run has come to an end of its own, good or bad.
  bool has_result() const { return !end_reason.empty() && end_reason != "interrupted"; }

  /// Whether a run with a result diverged or did not learn, the paper's DV; none without a result,
  /// or where learning was not judged.
  std::optional<bool> did_not_train() const;
};

/// The status of the run whose log is at `path`, packed or not; empty without a file. Throws
/// InputError as run_log::read_tail() does.
RunStatus read_run_status(const std::string& path);

/// Done part of the way to the nearest of the updates, pieces or minutes of `limits`, 0 to 1; 0 if
/// there is no such limit.
double done_fraction(const RunStatus& status, const config::ScheduleConfig& limits);

/// Seconds of training that are left, as far as done_fraction() tells; none if it is 0.
std::optional<double> seconds_left(const RunStatus& status, const config::ScheduleConfig& limits);

}  // namespace nmt::sweep

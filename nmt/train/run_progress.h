// Everything about a run's progress that is not a tensor: what state.json holds.

#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "data/token_batcher.h"
#include "nmt/config/training_config.h"
#include "nmt/optim/plateau.h"
#include "nmt/run_log/run_record.h"

namespace nmt::train {

struct RunProgress {
  int64_t update = 0;           ///< Finished updates.
  data::DataPosition position;  ///< The next batch to come.
  int64_t tokens = 0;           ///< Target pieces trained on.
  double seconds = 0.0;         ///< Training time of earlier processes and this one.
  int64_t bad_updates = 0;      ///< Updates in a row that were not finite.
  int64_t bad_validations = 0;  ///< Validations since the best one.
  bool validation_due = false;  ///< At this update, and not done yet.
  std::optional<run_log::ValidRecord> best;
  /// "collapsed" or "diverged": what a rule says must stop the run, once it is validated.
  std::string unstable;
  double learning_rate_factor = 1.0;  ///< Times the schedule's rate; interventions lower it.
  optim::PlateauState plateau;        ///< Of lr-schedule plateau.

  /// The validation of this update is done and gave `record`; sets record.best, by `metric`.
  void take(run_log::ValidRecord& record, config::ValidMetric metric);
};

/// Which part of the way from `start` to the limit that will be met first is done: 0 to 1, no value
/// without a limit. `seconds` is the training time since `start`; positions are in epochs of
/// `batches_in_epoch`.
std::optional<double> done_fraction(const RunProgress& start, const RunProgress& now,
                                    double seconds, int64_t batches_in_epoch,
                                    const config::ScheduleConfig& limits);

nlohmann::json to_json(const RunProgress& progress);

/// Throws InputError, naming `source`, if a value is missing or of the wrong type. A state from
/// before there were learning_rate_factor, plateau, validation_due and unstable has their initial
/// values.
RunProgress run_progress_from_json(const nlohmann::json& json, const std::string& source);

}  // namespace nmt::train

// The thresholds of the stability rules: this project's choice, not the paper's.

#pragma once

#include <cstdint>
#include <optional>

namespace nmt::run_log {

struct StabilityRules {
  int64_t median_updates = 20;  ///< Values in a median, of losses and of entropies.

  double collapse_relative = 0.05;  ///< Mean relative entropy below this ...
  double collapse_fraction = 0.2;   ///< ... and below this part of the reference ...
  int64_t collapse_updates = 20;    ///< ... for so many updates running.
  double sharp_fall = 0.02;         ///< Part of its nll that a run must lose to be "falling".
  double sharp_level = 0.5;         ///< Part of the unigram nll below which it is "low".

  double divergence_rise = 1.0;      ///< Nats above the reference ...
  int64_t divergence_updates = 100;  ///< ... for so many updates running.

  double spike_rise = 0.5;        ///< Nats of a loss above the median before it ...
  double spike_deviations = 6.0;  ///< ... and so many robust standard deviations.

  double plateau_fall = 0.05;     ///< Nats that the median must fall ...
  int64_t plateau_updates = 300;  ///< ... within so many updates ...
  double plateau_level = 0.5;     ///< ... while it is above this part of the first median.

  double learning_fall = 0.2;      ///< Nats below the unigram nll that are learning.
  int64_t learning_updates = 100;  ///< A run that ends before is not judged ...
  int64_t warmup_updates = 4000;   ///< ... nor one that ends inside warm-up.
  /// What piece frequencies alone give, nats a target piece; none: learning is not judged.
  std::optional<double> unigram_nll;
};

/// The thresholds as every run has them.
inline constexpr StabilityRules kStabilityRules = {};

}  // namespace nmt::run_log

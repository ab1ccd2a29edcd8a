// Paired significance tests: is the difference between a system and the baseline more than chance?
//
// Bootstrap resampling: p = (1 + #{|d_i| - mean |d| > |d|}) / (N + 1), d_i the difference in
// resample i. Approximate randomization: the same with segments of both systems exchanged at
// random, p = (1 + #{|d_i| > |d|}) / (N + 1).
//
// Source: Koehn, EMNLP 2004; Riezler and Maxwell, 2005; sacreBLEU 2.6.0, whose bits these are.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "nmt/metrics/metric.h"
#include "nmt/metrics/resampling.h"

namespace nmt::metrics {

/// One metric of one system.
struct PairedResult {
  double score = 0.0;
  std::optional<double> p_value;            ///< None for the baseline.
  std::optional<MeanAndInterval> interval;  ///< Bootstrap only.
};

/// Results [metric][system]; tables[metric][system], system 0 the baseline. `seed` none or 0:
/// another one every time (none also for the baseline's interval). By `threads` threads.
std::vector<std::vector<PairedResult>> paired_bootstrap(
    std::span<const Metric* const> metrics, std::span<const std::vector<StatisticsTable>> tables,
    int64_t resamples, std::optional<uint64_t> seed, int64_t threads = 1);

std::vector<std::vector<PairedResult>> paired_randomization(
    std::span<const Metric* const> metrics, std::span<const std::vector<StatisticsTable>> tables,
    int64_t trials, std::optional<uint64_t> seed, int64_t threads = 1);

}  // namespace nmt::metrics

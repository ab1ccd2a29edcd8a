// Bootstrap resampling of a corpus score, with numpy's arithmetic: statistics and their sums are
// float32, and a list of scores is float32 unless one of them is not.
//
// Memory is a few resamples a thread, whatever their number. Shape letters: N resamples,
// R segments, C columns.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "nmt/metrics/metric.h"
#include "nmt/metrics/numpy_random.h"

namespace nmt::metrics {

/// An array of scores and its numpy type.
struct ScoreArray {
  std::vector<double> values;
  bool single = false;  ///< float32, not float64.

  static ScoreArray of(std::span<const NumpyNumber> scores);
};

/// Mean and half the width of the middle 95 % of scores.
struct MeanAndInterval {
  double mean = 0.0;
  double half_width = 0.0;
};

/// Scores of N resamples by each metric: tables[m] are the statistics of metrics[m], all of the
/// same segments, which default_rng(seed) draws for all metrics alike. By `threads` threads.
std::vector<ScoreArray> bootstrap_scores(std::span<const Metric* const> metrics,
                                         std::span<const StatisticsTable* const> tables,
                                         int64_t resamples, uint64_t seed, int64_t threads = 1);

/// What `--confidence` prints: the mean is that of statistics.mean().
MeanAndInterval confidence_interval(const ScoreArray& scores);

/// What the paired tests print: the mean is numpy's pairwise one over sorted scores.
MeanAndInterval paired_interval(const ScoreArray& scores);

/// scores.mean() of numpy: pairwise sum in the array's type, divided by their number.
double numpy_mean(const ScoreArray& scores);

}  // namespace nmt::metrics

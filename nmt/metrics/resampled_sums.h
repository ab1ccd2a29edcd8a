// Column sums of many resamples of a statistics table at once.
//
// A resample says how often each row is in it. The sums of N resamples are the product of those
// multiplicities [N, R] with the table [R, C]: read from the first row to the last, where adding up
// one resample after the other would jump about in the table.
//
// Shape letters: N resamples, R rows, C columns.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "nmt/metrics/statistics_table.h"

namespace nmt::metrics {

/// How often each of N resamples holds each row [N, R]; below 2^24, so that float holds it exactly.
class Multiplicities {
 public:
  Multiplicities(size_t resamples, size_t rows)
      : resamples_(resamples), rows_(rows), counts_(resamples * rows) {}

  size_t resamples() const { return resamples_; }
  size_t rows() const { return rows_; }
  std::span<float> of(size_t resample) {
    return std::span(counts_).subspan(resample * rows_, rows_);
  }
  std::span<const float> of(size_t resample) const {
    return std::span(counts_).subspan(resample * rows_, rows_);
  }

 private:
  size_t resamples_, rows_;
  std::vector<float> counts_;
};

/// A table of counts: whole numbers from 0 to 2^24.
class CountTable {
 public:
  /// Whether the numbers of `table` are such counts.
  static bool holds(const StatisticsTable& table);

  /// Needs holds(table).
  explicit CountTable(const StatisticsTable& table);

  size_t columns() const { return columns_; }

  /// The sums [N, C] of each resample, exact below 2^53; by `threads` threads.
  std::vector<double> sums(const Multiplicities& multiplicities, int64_t threads = 1) const;

 private:
  void add_sums(const Multiplicities& multiplicities, size_t first, size_t last,
                double* sums) const;

  size_t rows_, columns_, stride_;
  std::vector<float> values_;  // [R, stride]: each row ends in zeros up to whole vectors.
};

}  // namespace nmt::metrics

// StatisticsTable: what a metric counted, one row of numbers a segment. A corpus score is a
// function of the column sums, so a corpus is counted once and scored as often as a test needs:
// whole, in resamples, or with rows exchanged between two systems.
//
// Numbers are counts (or averages of counts), far below 2^53, so double holds and adds them
// exactly. Shape letters: R rows (segments), C columns (set by the metric).

#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace nmt::metrics {

class StatisticsTable {
 public:
  /// A table of zeros.
  StatisticsTable(size_t rows, size_t columns)
      : rows_(rows), columns_(columns), values_(rows * columns) {}

  size_t rows() const { return rows_; }
  size_t columns() const { return columns_; }

  std::span<double> row(size_t index) {
    return std::span(values_).subspan(index * columns_, columns_);
  }
  std::span<const double> row(size_t index) const {
    return std::span(values_).subspan(index * columns_, columns_);
  }

  /// Column sums [C], added from the first row to the last.
  std::vector<double> sums() const {
    std::vector<double> sums(columns_, 0.0);
    for (size_t r = 0; r < rows_; ++r) {
      for (size_t c = 0; c < columns_; ++c) sums[c] += values_[r * columns_ + c];
    }
    return sums;
  }

 private:
  size_t rows_, columns_;
  std::vector<double> values_;  // [R, C]
};

}  // namespace nmt::metrics

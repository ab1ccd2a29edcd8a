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
  /// An empty table [0, columns].
  explicit StatisticsTable(size_t columns) : columns_(columns) {}

  size_t rows() const { return columns_ == 0 ? 0 : values_.size() / columns_; }
  size_t columns() const { return columns_; }

  /// Appends a row of zeros and returns it [C], valid until the next call.
  std::span<double> add_row();

  std::span<const double> row(size_t index) const {
    return std::span(values_).subspan(index * columns_, columns_);
  }

  /// Column sums [C], added from the first row to the last.
  std::vector<double> sums() const;

 private:
  size_t columns_;
  std::vector<double> values_;  // [R, C]
};

}  // namespace nmt::metrics

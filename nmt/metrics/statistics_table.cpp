#include "nmt/metrics/statistics_table.h"

namespace nmt::metrics {

std::vector<double> StatisticsTable::sums() const {
  std::vector<double> sums(columns_, 0.0);
  for (size_t r = 0; r < rows(); ++r) {
    for (size_t c = 0; c < columns_; ++c) sums[c] += values_[r * columns_ + c];
  }
  return sums;
}

}  // namespace nmt::metrics

#include "nmt/metrics/resampled_sums.h"

#include <algorithm>
#include <cmath>

#include "data/base/thread_pool.h"
#include "nmt/metrics/weighted_rows.h"

namespace nmt::metrics {
namespace {

constexpr size_t kTileRows =
    128;  // Rows that stay in the nearest cache while all resamples use them.
constexpr double kExact = 1 << 24;  // Below it every whole number is a float.

double exact_sum(const float* values, size_t stride, const float* multiplicities, size_t rows) {
  double sum = 0.0;
  for (size_t r = 0; r < rows; ++r) sum += double{values[r * stride]} * multiplicities[r];
  return sum;
}

}  // namespace

bool CountTable::holds(const StatisticsTable& table) {
  for (size_t r = 0; r < table.rows(); ++r) {
    for (const double value : table.row(r)) {
      if (!(value >= 0.0 && value <= kExact && value == std::trunc(value))) return false;
    }
  }
  return true;
}

CountTable::CountTable(const StatisticsTable& table)
    : rows_(table.rows()),
      columns_(table.columns()),
      stride_(padded_columns(columns_)),
      values_(rows_ * stride_) {
  for (size_t r = 0; r < rows_; ++r) {
    const auto row = table.row(r);
    std::copy(row.begin(), row.end(), values_.begin() + r * stride_);
  }
}

std::vector<double> CountTable::sums(const Multiplicities& multiplicities, int64_t threads) const {
  std::vector<double> sums(multiplicities.resamples() * columns_, 0.0);
  base::for_each_block(multiplicities.resamples(), threads, [&](size_t begin, size_t end) {
    add_sums(multiplicities, begin, end, sums.data());
  });
  return sums;
}

void CountTable::add_sums(const Multiplicities& multiplicities, size_t first, size_t last,
                          double* sums) const {
  std::vector<float> tile_sums(stride_);
  for (size_t row = 0; row < rows_; row += kTileRows) {
    const size_t rows = std::min(kTileRows, rows_ - row);
    const float* values = &values_[row * stride_];
    for (size_t n = first; n < last; ++n) {
      const float* weights = &multiplicities.of(n)[row];
      add_weighted_rows(values, stride_, weights, rows, tile_sums.data());
      for (size_t c = 0; c < columns_; ++c) {
        sums[n * columns_ + c] +=
            tile_sums[c] < kExact ? tile_sums[c] : exact_sum(values + c, stride_, weights, rows);
      }
    }
  }
}

}  // namespace nmt::metrics

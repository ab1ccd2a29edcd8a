#include "nmt/metrics/resampled_sums.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "nmt/metrics/parallel.h"

namespace nmt::metrics {
namespace {

using Lanes = float __attribute__((vector_size(16)));

constexpr size_t kLanes = 4;
constexpr size_t kMostVectors = 6;  // Sums that stay in registers.
constexpr size_t kTileRows =
    128;  // Rows that stay in the nearest cache while all resamples use them.
constexpr double kExact = 1 << 24;  // Below it every whole number is a float.

// Sums of neighbouring columns over the rows of a tile. As long as one is below kExact it is exact,
// because counts never make it smaller.
template <size_t kVectors>
void sum_vectors(const float* values, size_t stride, const float* multiplicities, size_t rows,
                 float* sums) {
  // Several rows at once, each with sums of its own: an addition takes several cycles.
  constexpr size_t kWays = kMostVectors / kVectors;
  Lanes totals[kWays][kVectors] = {};
  const auto add_row = [&](size_t way, size_t r) {
    for (size_t k = 0; k < kVectors; ++k) {
      Lanes lanes;
      std::memcpy(&lanes, values + r * stride + k * kLanes, sizeof lanes);
      totals[way][k] += multiplicities[r] * lanes;
    }
  };
  size_t r = 0;
  for (; r + kWays <= rows; r += kWays) {
    for (size_t way = 0; way < kWays; ++way) add_row(way, r + way);
  }
  for (; r < rows; ++r) add_row(0, r);
  for (size_t way = 1; way < kWays; ++way) {
    for (size_t k = 0; k < kVectors; ++k) totals[0][k] += totals[way][k];
  }
  std::memcpy(sums, totals[0], sizeof totals[0]);
}

using SumVectors = void (*)(const float*, size_t, const float*, size_t, float*);
constexpr SumVectors kSumVectors[kMostVectors] = {sum_vectors<1>, sum_vectors<2>, sum_vectors<3>,
                                                  sum_vectors<4>, sum_vectors<5>, sum_vectors<6>};

void sum_tile(const float* values, size_t stride, const float* multiplicities, size_t rows,
              float* sums) {
  const size_t vectors = stride / kLanes;
  for (size_t k = 0; k < vectors; k += kMostVectors) {
    const size_t together = std::min(kMostVectors, vectors - k);
    kSumVectors[together - 1](values + k * kLanes, stride, multiplicities, rows, sums + k * kLanes);
  }
}

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
      stride_((columns_ + kLanes - 1) / kLanes * kLanes),
      values_(rows_ * stride_) {
  for (size_t r = 0; r < rows_; ++r) {
    const auto row = table.row(r);
    std::copy(row.begin(), row.end(), values_.begin() + r * stride_);
  }
}

std::vector<double> CountTable::sums(const Multiplicities& multiplicities, int64_t threads) const {
  std::vector<double> sums(multiplicities.resamples() * columns_, 0.0);
  for_each_block(multiplicities.resamples(), threads, [&](size_t begin, size_t end) {
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
      sum_tile(values, stride_, weights, rows, tile_sums.data());
      for (size_t c = 0; c < columns_; ++c) {
        sums[n * columns_ + c] +=
            tile_sums[c] < kExact ? tile_sums[c] : exact_sum(values + c, stride_, weights, rows);
      }
    }
  }
}

}  // namespace nmt::metrics

#include "nmt/metrics/resampling.h"

#include <algorithm>

#include "nmt/metrics/exact_mean.h"

namespace nmt::metrics {
namespace {

// numpy's sum: eight running sums over blocks of at most 128 numbers, halves added pairwise.
template <class Float>
Float pairwise_sum(const double* values, size_t count) {
  if (count < 8) {
    Float sum = 0;
    for (size_t i = 0; i < count; ++i) sum += static_cast<Float>(values[i]);
    return sum;
  }
  if (count > 128) {
    const size_t half = count / 2 - count / 2 % 8;
    return pairwise_sum<Float>(values, half) + pairwise_sum<Float>(values + half, count - half);
  }
  Float lanes[8];
  for (size_t k = 0; k < 8; ++k) lanes[k] = static_cast<Float>(values[k]);
  size_t i = 8;
  for (; i + 8 <= count; i += 8) {
    for (size_t k = 0; k < 8; ++k) lanes[k] += static_cast<Float>(values[i + k]);
  }
  Float sum = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) +
              ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
  for (; i < count; ++i) sum += static_cast<Float>(values[i]);
  return sum;
}

double half_of_difference(double upper, double lower, bool single) {
  if (!single) return 0.5 * (upper - lower);
  return 0.5f * (static_cast<float>(upper) - static_cast<float>(lower));
}

// Half the width of what is left of sorted scores without a fortieth at each end.
double half_width(const ScoreArray& sorted) {
  const size_t count = sorted.values.size();
  const size_t lower = count / 40;
  return half_of_difference(sorted.values[count - lower - 1], sorted.values[lower], sorted.single);
}

ScoreArray sorted_copy(const ScoreArray& scores) {
  ScoreArray sorted = scores;
  std::sort(sorted.values.begin(), sorted.values.end());
  return sorted;
}

// Rows as float32, each padded with zeros to a multiple of 4 columns so that sums run in vectors.
class SingleRows {
 public:
  explicit SingleRows(const StatisticsTable& table)
      : stride_((table.columns() + 3) / 4 * 4), values_(table.rows() * stride_) {
    for (size_t r = 0; r < table.rows(); ++r) {
      std::copy(table.row(r).begin(), table.row(r).end(), values_.begin() + r * stride_);
    }
  }

  // Sums of the chosen rows, one after the other.
  void sum(std::span<const uint32_t> rows, std::vector<float>& sums) const {
    sums.assign(stride_, 0.0f);
    for (const uint32_t row : rows) {
      const float* values = &values_[row * stride_];
      for (size_t c = 0; c < stride_; ++c) sums[c] += values[c];
    }
  }

 private:
  size_t stride_;
  std::vector<float> values_;
};

}  // namespace

ScoreArray ScoreArray::of(std::span<const NumpyNumber> scores) {
  ScoreArray array;
  array.single = std::all_of(scores.begin(), scores.end(),
                             [](const NumpyNumber& score) { return score.is_single(); });
  for (const NumpyNumber& score : scores) array.values.push_back(score.value());
  return array;
}

ScoreArray bootstrap_scores(const Metric& metric, const StatisticsTable& table, int64_t resamples,
                            uint64_t seed) {
  NumpyRandom random(seed);
  const SingleRows rows(table);
  std::vector<uint32_t> chosen(table.rows());
  std::vector<float> sums;
  std::vector<double> columns(table.columns());
  std::vector<NumpyNumber> scores;
  for (int64_t n = 0; n < resamples; ++n) {
    random.choice(table.rows(), chosen);
    rows.sum(chosen, sums);
    std::copy_n(sums.begin(), columns.size(), columns.begin());
    scores.push_back(metric.score(columns, Arithmetic::float32));
  }
  return ScoreArray::of(scores);
}

MeanAndInterval confidence_interval(const ScoreArray& scores) {
  const ScoreArray sorted = sorted_copy(scores);
  const double mean = exact_mean(sorted.values);
  return {sorted.single ? static_cast<float>(mean) : mean, half_width(sorted)};
}

MeanAndInterval paired_interval(const ScoreArray& scores) {
  const ScoreArray sorted = sorted_copy(scores);
  return {numpy_mean(sorted), half_width(sorted)};
}

double numpy_mean(const ScoreArray& scores) {
  const size_t count = scores.values.size();
  if (!scores.single) return pairwise_sum<double>(scores.values.data(), count) / count;
  return static_cast<float>(pairwise_sum<float>(scores.values.data(), count) / count);
}

}  // namespace nmt::metrics

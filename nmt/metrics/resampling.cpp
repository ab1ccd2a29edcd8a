#include "nmt/metrics/resampling.h"

#include <algorithm>
#include <optional>

#include "data/base/thread_pool.h"
#include "nmt/metrics/exact_mean.h"
#include "nmt/metrics/resampled_sums.h"

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

// Some resamples in a row.
struct Draws {
  Draws(NumpyRandom& random, size_t resamples, size_t rows) : multiplicities(resamples, rows) {
    for (size_t n = 0; n < resamples; ++n) {
      before.push_back(random);
      random.count_choices(multiplicities.of(n));
    }
  }

  // The rows of resample `n` in the order in which they were drawn.
  std::vector<uint32_t> order(size_t n) const {
    std::vector<uint32_t> chosen(multiplicities.rows());
    NumpyRandom random = before[n];
    random.choice(chosen.size(), chosen);
    return chosen;
  }

  Multiplicities multiplicities;
  std::vector<NumpyRandom> before;  // The generator before each resample.
};

// numpy's float32 sums of one table: of the drawn rows, one after the other. Where they stay below
// 2^24 every step is exact, and the order does not matter.
class SingleSums {
 public:
  explicit SingleSums(const StatisticsTable& table) : table_(table) {
    if (CountTable::holds(table)) counts_.emplace(table);
  }

  // Sums [N, C].
  std::vector<double> of(const Draws& draws, int64_t threads) const {
    const size_t resamples = draws.multiplicities.resamples();
    const size_t columns = table_.columns();
    std::vector<double> sums(resamples * columns);
    if (counts_) sums = counts_->sums(draws.multiplicities, threads);
    base::for_each_block(resamples, threads, [&](size_t begin, size_t end) {
      for (size_t n = begin; n < end; ++n) {
        const auto row = std::span(sums).subspan(n * columns, columns);
        const bool exact = counts_ && *std::max_element(row.begin(), row.end()) < kExact;
        if (!exact) add_in_order(draws.order(n), row);
      }
    });
    return sums;
  }

 private:
  static constexpr double kExact = 1 << 24;

  void add_in_order(std::span<const uint32_t> rows, std::span<double> sums) const {
    std::vector<float> singles(sums.size(), 0.0f);
    for (const uint32_t r : rows) {
      const auto row = table_.row(r);
      for (size_t c = 0; c < row.size(); ++c) singles[c] += static_cast<float>(row[c]);
    }
    std::copy(singles.begin(), singles.end(), sums.begin());
  }

  const StatisticsTable& table_;
  std::optional<CountTable> counts_;
};

}  // namespace

ScoreArray ScoreArray::of(std::span<const NumpyNumber> scores) {
  ScoreArray array;
  array.single = std::all_of(scores.begin(), scores.end(),
                             [](const NumpyNumber& score) { return score.is_single(); });
  for (const NumpyNumber& score : scores) array.values.push_back(score.value());
  return array;
}

std::vector<ScoreArray> bootstrap_scores(std::span<const Metric* const> metrics,
                                         std::span<const StatisticsTable* const> tables,
                                         int64_t resamples, uint64_t seed, int64_t threads) {
  constexpr int64_t kDrawsPerThread = 16;
  const int64_t together = kDrawsPerThread * std::max<int64_t>(threads, 1);
  std::vector<SingleSums> singles;
  for (const StatisticsTable* table : tables) singles.emplace_back(*table);
  std::vector<std::vector<NumpyNumber>> scores(metrics.size());
  NumpyRandom random(seed);
  for (int64_t done = 0; done < resamples; done += together) {
    const Draws draws(random, std::min(together, resamples - done), tables.front()->rows());
    for (size_t m = 0; m < metrics.size(); ++m) {
      const std::vector<double> sums = singles[m].of(draws, threads);
      const size_t columns = tables[m]->columns();
      for (size_t start = 0; start < sums.size(); start += columns) {
        scores[m].push_back(
            metrics[m]->score(std::span(sums).subspan(start, columns), Arithmetic::kFloat32));
      }
    }
  }
  std::vector<ScoreArray> arrays;
  for (const auto& numbers : scores) arrays.push_back(ScoreArray::of(numbers));
  return arrays;
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

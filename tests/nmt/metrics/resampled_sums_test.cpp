// Sums of resamples against adding up one row after the other.

#include "nmt/metrics/resampled_sums.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "nmt/metrics/metric_table.h"
#include "nmt/metrics/resampling.h"

namespace nmt::metrics::resampled_sums_test {
namespace {

StatisticsTable random_table(size_t rows, size_t columns, double largest, std::mt19937& random) {
  StatisticsTable table(rows, columns);
  for (size_t r = 0; r < rows; ++r) {
    for (double& value : table.row(r)) {
      value = std::uniform_int_distribution<int>(0, static_cast<int>(largest))(random);
    }
  }
  return table;
}

Multiplicities random_multiplicities(size_t resamples, size_t rows, std::mt19937& random) {
  Multiplicities multiplicities(resamples, rows);
  for (size_t n = 0; n < resamples; ++n) {
    for (float& count : multiplicities.of(n)) {
      count = std::uniform_int_distribution<int>(0, 3)(random);
    }
  }
  return multiplicities;
}

std::vector<double> naive_sums(const StatisticsTable& table, const Multiplicities& multiplicities) {
  std::vector<double> sums(multiplicities.resamples() * table.columns(), 0.0);
  for (size_t n = 0; n < multiplicities.resamples(); ++n) {
    for (size_t r = 0; r < table.rows(); ++r) {
      for (size_t c = 0; c < table.columns(); ++c) {
        sums[n * table.columns() + c] += multiplicities.of(n)[r] * table.row(r)[c];
      }
    }
  }
  return sums;
}

TEST(ResampledSumsTest, AreThoseOfAddingRowByRow) {
  std::mt19937 random(3);
  for (const size_t rows : {1, 2, 127, 128, 129, 1000}) {
    for (const size_t columns : {1, 2, 4, 5, 10, 18, 24, 25, 31}) {
      for (const double largest : {1.0, 300.0, 16'777'216.0}) {  // The last is 2^24.
        const StatisticsTable table = random_table(rows, columns, largest, random);
        const Multiplicities multiplicities = random_multiplicities(5, rows, random);
        for (const int64_t threads : {1, 2, 9}) {
          EXPECT_EQ(CountTable(table).sums(multiplicities, threads),
                    naive_sums(table, multiplicities))
              << rows << ' ' << columns << ' ' << largest << ' ' << threads;
        }
      }
    }
  }
}

TEST(ResampledSumsTest, OnlyCountsAreCounts) {
  StatisticsTable table(2, 2);
  EXPECT_TRUE(CountTable::holds(table));
  for (const double value : {-1.0, 0.5, 16'777'217.0, std::nan("")}) {
    table.row(1)[1] = value;
    EXPECT_FALSE(CountTable::holds(table)) << value;
  }
}

// The float32 sums of long columns are not exact: what they come to depends on the order of rows.
TEST(ResampledSumsTest, BootstrapAddsInNumpysOrderWhereThatShows) {
  const std::vector<std::string> texts = {"a", "b c", "d"};
  const ReferenceStreams references = {texts};
  const auto bleu = make_metric("bleu", {}, references);
  StatisticsTable table(3000, 10);
  std::mt19937 random(8);
  for (size_t r = 0; r < table.rows(); ++r) {
    for (double& value : table.row(r)) {
      value = std::uniform_int_distribution<int>(10'000, 20'000)(random);
    }
  }
  const Metric* metric = bleu.get();
  const StatisticsTable* pointer = &table;
  const auto scores = bootstrap_scores(std::span(&metric, 1), std::span(&pointer, 1), 20, 7);
  NumpyRandom numpy(7);
  for (const double score : scores[0].values) {
    std::vector<uint32_t> chosen(table.rows());
    numpy.choice(table.rows(), chosen);
    std::vector<float> sums(10, 0.0f);
    for (const uint32_t r : chosen) {
      for (size_t c = 0; c < 10; ++c) sums[c] += static_cast<float>(table.row(r)[c]);
    }
    const std::vector<double> columns(sums.begin(), sums.end());
    EXPECT_EQ(score, bleu->score(columns, Arithmetic::kFloat32).value());
  }
}

}  // namespace
}  // namespace nmt::metrics::resampled_sums_test

#include "nmt/metrics/paired_test.h"

#include <algorithm>
#include <cmath>

namespace nmt::metrics {
namespace {

using Tables = std::span<const std::vector<StatisticsTable>>;

double plain_score(const Metric& metric, const StatisticsTable& table) {
  return metric.score(table.sums(), Arithmetic::python).value();
}

double p_value(int64_t above, size_t samples) {
  return static_cast<double>(above + 1) / static_cast<double>(samples + 1);
}

// a - b in the wider of the two types.
ScoreArray absolute_differences(const ScoreArray& a, const ScoreArray& b) {
  ScoreArray differences;
  differences.single = a.single && b.single;
  for (size_t i = 0; i < a.values.size(); ++i) {
    const double difference = a.values[i] - b.values[i];
    differences.values.push_back(
        std::fabs(differences.single ? static_cast<float>(difference) : difference));
  }
  return differences;
}

double bootstrap_p_value(const ScoreArray& baseline, const ScoreArray& system, double difference) {
  const ScoreArray differences = absolute_differences(system, baseline);
  const double mean = numpy_mean(differences);
  const double limit = differences.single ? static_cast<float>(difference) : difference;
  const int64_t above =
      std::count_if(differences.values.begin(), differences.values.end(), [&](double sample) {
        const double centred = sample - mean;
        return (differences.single ? static_cast<float>(centred) : centred) > limit;
      });
  return p_value(above, differences.values.size());
}

// 0 counts as no seed where systems are compared.
uint64_t comparison_seed(std::optional<uint64_t> seed) {
  return seed.value_or(0) == 0 ? entropy_seed() : *seed;
}

std::vector<std::vector<PairedResult>> plain_scores(std::span<const Metric* const> metrics,
                                                    Tables tables) {
  std::vector<std::vector<PairedResult>> results(metrics.size());
  for (size_t m = 0; m < metrics.size(); ++m) {
    for (const StatisticsTable& table : tables[m]) {
      results[m].push_back({.score = plain_score(*metrics[m], table)});
    }
  }
  return results;
}

bool all_whole(const StatisticsTable& table) {
  for (size_t r = 0; r < table.rows(); ++r) {
    for (const double value : table.row(r)) {
      if (value != std::trunc(value)) return false;
    }
  }
  return true;
}

// Two pseudo-systems: in each trial every segment comes from the baseline in one and from the
// system in the other.
class Exchange {
 public:
  Exchange(const StatisticsTable& baseline, const StatisticsTable& system)
      : baseline_(baseline),
        system_(system),
        whole_(all_whole(baseline) && all_whole(system)),
        system_sums_(system.sums()),
        total_(baseline.sums()) {
    const size_t columns = system.columns();
    for (size_t c = 0; c < columns; ++c) total_[c] += system_sums_[c];
    for (size_t r = 0; r < system.rows(); ++r) {
      for (size_t c = 0; c < columns; ++c) {
        differences_.push_back(baseline.row(r)[c] - system.row(r)[c]);
      }
    }
  }

  // |score of one - score of the other| with the baseline's segments where `from_baseline` is set.
  double difference(const Metric& metric, std::span<const uint8_t> from_baseline) const {
    std::vector<double> one, other;
    if (whole_) {
      one = exchanged_whole(from_baseline);
      other = total_;
      for (size_t c = 0; c < one.size(); ++c) other[c] -= one[c];
    } else {
      one = exchanged(from_baseline, 1);
      other = exchanged(from_baseline, 0);
    }
    return std::fabs(metric.score(one, Arithmetic::integer).value() -
                     metric.score(other, Arithmetic::integer).value());
  }

 private:
  // Whole numbers may be added in any order.
  std::vector<double> exchanged_whole(std::span<const uint8_t> from_baseline) const {
    std::vector<double> sums = system_sums_;
    const double* row = differences_.data();
    for (size_t r = 0; r < from_baseline.size(); ++r, row += sums.size()) {
      if (from_baseline[r] == 0) continue;
      for (size_t c = 0; c < sums.size(); ++c) sums[c] += row[c];
    }
    return sums;
  }

  // numpy adds up the segments of each system first. Its matrix product has the last word on the
  // order, and that depends on the machine.
  std::vector<double> exchanged(std::span<const uint8_t> from_baseline, uint8_t chosen) const {
    std::vector<double> sums(total_.size(), 0.0);
    std::vector<double> system_part(total_.size(), 0.0);
    for (size_t r = 0; r < from_baseline.size(); ++r) {
      const bool ours = from_baseline[r] == chosen;
      const std::span<const double> row = (ours ? baseline_ : system_).row(r);
      std::vector<double>& part = ours ? sums : system_part;
      for (size_t c = 0; c < row.size(); ++c) part[c] += row[c];
    }
    for (size_t c = 0; c < sums.size(); ++c) sums[c] += system_part[c];
    return sums;
  }

  const StatisticsTable& baseline_;
  const StatisticsTable& system_;
  bool whole_;
  std::vector<double> differences_;  // [R, C], baseline minus system.
  std::vector<double> system_sums_, total_;
};

}  // namespace

std::vector<std::vector<PairedResult>> paired_bootstrap(std::span<const Metric* const> metrics,
                                                        Tables tables, int64_t resamples,
                                                        std::optional<uint64_t> seed) {
  auto results = plain_scores(metrics, tables);
  std::vector<uint64_t> seeds;  // Of each system's comparison.
  for (size_t s = 0; s < tables.front().size(); ++s) seeds.push_back(comparison_seed(seed));
  for (size_t m = 0; m < metrics.size(); ++m) {
    const StatisticsTable& baseline = tables[m][0];
    const uint64_t baseline_seed = seed ? *seed : entropy_seed();
    const ScoreArray once = bootstrap_scores(*metrics[m], baseline, resamples, baseline_seed);
    results[m][0].interval = paired_interval(once);
    for (size_t s = 1; s < tables[m].size(); ++s) {
      const ScoreArray ours = bootstrap_scores(*metrics[m], tables[m][s], resamples, seeds[s]);
      const ScoreArray theirs = seeds[s] == baseline_seed
                                    ? once
                                    : bootstrap_scores(*metrics[m], baseline, resamples, seeds[s]);
      PairedResult& result = results[m][s];
      const double difference = std::fabs(results[m][0].score - result.score);
      result.interval = paired_interval(ours);
      result.p_value = bootstrap_p_value(theirs, ours, difference);
    }
  }
  return results;
}

std::vector<std::vector<PairedResult>> paired_randomization(std::span<const Metric* const> metrics,
                                                            Tables tables, int64_t trials,
                                                            std::optional<uint64_t> seed) {
  auto results = plain_scores(metrics, tables);
  std::vector<uint8_t> from_baseline(tables.front()[0].rows());
  for (size_t s = 1; s < tables.front().size(); ++s) {
    std::vector<Exchange> exchanges;
    for (size_t m = 0; m < metrics.size(); ++m) exchanges.emplace_back(tables[m][0], tables[m][s]);
    std::vector<int64_t> above(metrics.size(), 0);
    NumpyRandom random(comparison_seed(seed));
    for (int64_t trial = 0; trial < trials; ++trial) {
      for (uint8_t& choice : from_baseline) choice = random.next_bool();
      for (size_t m = 0; m < metrics.size(); ++m) {
        const double difference = std::fabs(results[m][0].score - results[m][s].score);
        above[m] += exchanges[m].difference(*metrics[m], from_baseline) > difference;
      }
    }
    for (size_t m = 0; m < metrics.size(); ++m) results[m][s].p_value = p_value(above[m], trials);
  }
  return results;
}

}  // namespace nmt::metrics

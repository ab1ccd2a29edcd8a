#include "nmt/metrics/paired_test.h"

#include <algorithm>
#include <cmath>

#include "data/base/thread_pool.h"
#include "nmt/metrics/resampled_sums.h"

namespace nmt::metrics {
namespace {

using Tables = std::span<const std::vector<StatisticsTable>>;

double plain_score(const Metric& metric, const StatisticsTable& table) {
  return metric.score(table.sums(), Arithmetic::kPython).value();
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

// Which segments come from the baseline (1) in each of some trials.
Multiplicities draw_choices(NumpyRandom& random, size_t trials, size_t segments) {
  Multiplicities from_baseline(trials, segments);
  for (size_t trial = 0; trial < trials; ++trial) {
    for (float& choice : from_baseline.of(trial)) choice = random.next_bool() ? 1.0f : 0.0f;
  }
  return from_baseline;
}

// Two pseudo-systems: in each trial every segment comes from the baseline in one and from the
// system in the other.
class Exchange {
 public:
  Exchange(const StatisticsTable& baseline, const StatisticsTable& system)
      : baseline_(baseline),
        system_(system),
        baseline_sums_(baseline.sums()),
        system_sums_(system.sums()) {
    if (CountTable::holds(baseline) && CountTable::holds(system)) {
      baseline_counts_.emplace(baseline);
      system_counts_.emplace(system);
    }
  }

  // |score of one - score of the other| in each trial.
  std::vector<double> differences(const Metric& metric, const Multiplicities& from_baseline,
                                  int64_t threads) const {
    const size_t columns = baseline_sums_.size();
    std::vector<double> ours, theirs;  // The chosen rows of the baseline, and of the system.
    if (baseline_counts_) {
      ours = baseline_counts_->sums(from_baseline, threads);
      theirs = system_counts_->sums(from_baseline, threads);
    }
    std::vector<double> differences(from_baseline.resamples());
    base::for_each_block(differences.size(), threads, [&](size_t begin, size_t end) {
      std::vector<double> one(columns), other(columns);
      for (size_t trial = begin; trial < end; ++trial) {
        if (baseline_counts_) {
          for (size_t c = 0; c < columns; ++c) {
            const double baseline = ours[trial * columns + c];
            const double system = theirs[trial * columns + c];
            one[c] = system_sums_[c] - system + baseline;
            other[c] = baseline_sums_[c] - baseline + system;
          }
        } else {
          one = exchanged(from_baseline.of(trial), 1.0f);
          other = exchanged(from_baseline.of(trial), 0.0f);
        }
        differences[trial] = std::fabs(metric.score(one, Arithmetic::kInteger).value() -
                                       metric.score(other, Arithmetic::kInteger).value());
      }
    });
    return differences;
  }

 private:
  // numpy adds up the segments of each system first. Its matrix product has the last word on the
  // order, and that depends on the machine.
  std::vector<double> exchanged(std::span<const float> from_baseline, float chosen) const {
    std::vector<double> sums(baseline_sums_.size(), 0.0);
    std::vector<double> system_part(sums.size(), 0.0);
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
  std::optional<CountTable> baseline_counts_, system_counts_;  // Both or neither.
  std::vector<double> baseline_sums_, system_sums_;
};

// The table of one system, for each metric.
std::vector<const StatisticsTable*> tables_of(Tables tables, size_t system) {
  std::vector<const StatisticsTable*> of_system;
  for (const auto& of_metric : tables) of_system.push_back(&of_metric[system]);
  return of_system;
}

}  // namespace

std::vector<std::vector<PairedResult>> paired_bootstrap(std::span<const Metric* const> metrics,
                                                        Tables tables, int64_t resamples,
                                                        std::optional<uint64_t> seed,
                                                        int64_t threads) {
  const auto scores_of = [&](size_t system, uint64_t seed_of_draws) {
    return bootstrap_scores(metrics, tables_of(tables, system), resamples, seed_of_draws, threads);
  };
  auto results = plain_scores(metrics, tables);
  const uint64_t baseline_seed = seed ? *seed : entropy_seed();
  const std::vector<ScoreArray> once = scores_of(0, baseline_seed);
  for (size_t m = 0; m < metrics.size(); ++m) results[m][0].interval = paired_interval(once[m]);
  for (size_t s = 1; s < tables.front().size(); ++s) {
    const uint64_t system_seed = comparison_seed(seed);
    const std::vector<ScoreArray> ours = scores_of(s, system_seed);
    const std::vector<ScoreArray> theirs =
        system_seed == baseline_seed ? once : scores_of(0, system_seed);
    for (size_t m = 0; m < metrics.size(); ++m) {
      PairedResult& result = results[m][s];
      const double difference = std::fabs(results[m][0].score - result.score);
      result.interval = paired_interval(ours[m]);
      result.p_value = bootstrap_p_value(theirs[m], ours[m], difference);
    }
  }
  return results;
}

std::vector<std::vector<PairedResult>> paired_randomization(std::span<const Metric* const> metrics,
                                                            Tables tables, int64_t trials,
                                                            std::optional<uint64_t> seed,
                                                            int64_t threads) {
  constexpr int64_t kTrialsPerThread = 16;
  const int64_t together = kTrialsPerThread * std::max<int64_t>(threads, 1);
  auto results = plain_scores(metrics, tables);
  for (size_t s = 1; s < tables.front().size(); ++s) {
    std::vector<Exchange> exchanges;
    for (size_t m = 0; m < metrics.size(); ++m) exchanges.emplace_back(tables[m][0], tables[m][s]);
    std::vector<int64_t> above(metrics.size(), 0);
    NumpyRandom random(comparison_seed(seed));
    for (int64_t done = 0; done < trials; done += together) {
      const Multiplicities from_baseline =
          draw_choices(random, std::min(together, trials - done), tables.front()[0].rows());
      for (size_t m = 0; m < metrics.size(); ++m) {
        const double limit = std::fabs(results[m][0].score - results[m][s].score);
        const auto differences = exchanges[m].differences(*metrics[m], from_baseline, threads);
        above[m] += std::count_if(differences.begin(), differences.end(),
                                  [&](double difference) { return difference > limit; });
      }
    }
    for (size_t m = 0; m < metrics.size(); ++m) results[m][s].p_value = p_value(above[m], trials);
  }
  return results;
}

}  // namespace nmt::metrics

// Has a run learnt more than frequencies? On planted losses and validations.

#include "nmt/run_log/learning_rule.h"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "tests/nmt/run_log/planted_series.h"

namespace nmt::run_log::learning_rule_test {
namespace {

using testing::kNan;
using testing::run_loss;
using testing::Series;

constexpr StabilityRules kRules{.warmup_updates = 50, .unigram_nll = 5.26};

// The verdict on a run of so many updates, with validations of the given nll in its course.
EndRecord verdict(int64_t updates, const Series& nll, const std::vector<double>& validations = {},
                  const StabilityRules& rules = kRules) {
  StabilityMonitor monitor(rules);
  run_loss(monitor, updates, nll);
  for (const double valid : validations) monitor.observe_validation(valid);
  monitor.finish(updates);
  return monitor.verdict(updates);
}

Series flat(double nll) {
  return [nll](int64_t) { return nll; };
}

TEST(Learning, ARunThatComesNoFurtherThanFrequenciesDidNotLearn) {
  EXPECT_EQ(verdict(200, flat(5.27), {5.26}).status, "did_not_learn");
  EXPECT_EQ(verdict(200, flat(5.27), {5.061}).status, "did_not_learn");
  EXPECT_EQ(verdict(200, flat(5.27), {5.26}).learnt, false);
  EXPECT_EQ(verdict(200, flat(5.27), {5.059}).status, "ok");
  EXPECT_EQ(verdict(200, flat(5.27), {5.059}).learnt, true);
}

TEST(Learning, TheBestValidationCountsWhateverTrainingDid) {
  EXPECT_EQ(verdict(200, flat(2.0), {5.4, 5.2}).learnt, false);  // Learnt by heart.
  EXPECT_EQ(verdict(200, flat(5.3), {5.4, 4.9, 5.3, kNan}).learnt, true);
}

TEST(Learning, WithoutValidationTheBestMedianOfTrainingCounts) {
  EXPECT_EQ(verdict(200, flat(5.2)).learnt, false);
  EXPECT_EQ(verdict(200, flat(5.0)).learnt, true);
  // A single easy batch is no learning, and one that was lost again is.
  EXPECT_EQ(verdict(200, [](int64_t u) { return u % 3 == 0 ? 2.0 : 5.2; }).learnt, false);
  EXPECT_EQ(verdict(200, [](int64_t u) { return u > 100 && u < 140 ? 4.9 : 5.2; }).learnt, true);
}

TEST(Learning, AShortRunOrOneInsideWarmupIsNotJudged) {
  EXPECT_EQ(verdict(99, flat(5.2)).status, "not_judged");
  EXPECT_EQ(verdict(100, flat(5.2)).status, "did_not_learn");
  const StabilityRules slow{.warmup_updates = 4000, .unigram_nll = 5.26};
  EXPECT_EQ(verdict(3999, flat(2.0), {2.0}, slow).status, "not_judged");
  EXPECT_EQ(verdict(3999, flat(2.0), {2.0}, slow).learnt, std::nullopt);
  EXPECT_EQ(verdict(4000, flat(2.0), {2.0}, slow).learnt, true);
}

TEST(Learning, WithoutTheYardstickOrAnEndNobodyJudges) {
  EXPECT_EQ(verdict(200, flat(5.2), {}, {.warmup_updates = 0}).status, "not_judged");
  StabilityMonitor running(kRules);
  run_loss(running, 200, flat(5.2));
  EXPECT_EQ(running.verdict(200).learnt, std::nullopt);
}

TEST(Learning, ComesBehindTheFlagsAndBeforeAPlateau) {
  const EndRecord still = verdict(600, flat(5.2));
  EXPECT_TRUE(still.plateau);
  EXPECT_EQ(still.status, "did_not_learn");
  const EndRecord learnt_once = verdict(600, flat(5.2), {4.0});
  EXPECT_EQ(learnt_once.status, "plateau");
  const EndRecord diverged = verdict(300, [](int64_t u) { return u < 100 ? 5.2 : 9.0; });
  EXPECT_EQ(diverged.status, "diverged");
  EXPECT_EQ(diverged.learnt, false);
}

}  // namespace
}  // namespace nmt::run_log::learning_rule_test

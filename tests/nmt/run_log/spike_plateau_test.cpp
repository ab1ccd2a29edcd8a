// Spikes and plateaus on planted losses.

#include <gtest/gtest.h>

#include "nmt/run_log/loss_rules.h"
#include "tests/nmt/run_log/planted_series.h"

namespace nmt::run_log::spike_plateau_test {
namespace {

using testing::run_loss;

TEST(Spike, IsOneLossFarAboveTheMedianBeforeIt) {
  StabilityMonitor monitor;
  const auto loss = [](int64_t u) { return u == 50 || u == 51 || u == 90 ? 3.6 : 3.0; };
  const auto events = run_loss(monitor, 120, loss, "spike");
  ASSERT_EQ(events.size(), 2u);  // 51 belongs to the spike of 50.
  EXPECT_EQ(events[0].update, 50);
  EXPECT_EQ(events[0].fields["loss"], 3.6);
  EXPECT_EQ(events[0].fields["median"], 3.0);
  EXPECT_EQ(events[1].update, 90);
  EXPECT_EQ(monitor.verdict(120).spikes, 2);
  EXPECT_FALSE(monitor.verdict(120).diverged);
}

TEST(Spike, ARiseOfHalfANatOrWithinTheNoiseIsNone) {
  StabilityMonitor flat;
  EXPECT_TRUE(run_loss(
                  flat, 100, [](int64_t u) { return u == 50 ? 3.5 : 3.0; }, "spike")
                  .empty());
  StabilityMonitor noisy;  // Median 3, median absolute deviation 0.25: 2.2 nats are 6 deviations.
  const auto noise = [](int64_t u) { return u == 50 ? 5.2 : 3.0 + 0.25 * (u % 2 == 0 ? 1 : -1); };
  EXPECT_TRUE(run_loss(noisy, 100, noise, "spike").empty());
  StabilityMonitor beyond;
  const auto far = [&](int64_t u) { return u == 50 ? 5.3 : noise(u); };
  EXPECT_EQ(run_loss(beyond, 100, far, "spike").size(), 1u);
}

TEST(Spike, NeedsTwentyLossesBefore) {
  StabilityMonitor monitor;
  EXPECT_TRUE(run_loss(
                  monitor, 60, [](int64_t u) { return u == 20 ? 9.0 : 3.0; }, "spike")
                  .empty());
}

TEST(Plateau, IsALossThatStaysWhereNothingIsLearnt) {
  StabilityMonitor monitor;
  // Falls to 5.2 by update 100 (at first 7.0) and stays there.
  const auto loss = [](int64_t u) { return u <= 100 ? 7.0 - 0.018 * u : 5.2; };
  const auto events = run_loss(monitor, 600, loss, "plateau");
  ASSERT_EQ(events.size(), 1u);
  const int64_t first = events[0].fields["first_update"];
  EXPECT_GT(first, 100);
  EXPECT_LT(first, 120);
  EXPECT_EQ(events[0].update, first + 300);
  EXPECT_TRUE(monitor.verdict(600).plateau);
}

TEST(Plateau, EndsWhenTheLossFallsAgain) {
  StabilityMonitor monitor;
  const auto loss = [](int64_t u) { return u <= 450 ? 6.0 : 5.5; };
  EXPECT_EQ(run_loss(monitor, 500, loss, "plateau").size(), 1u);
  EXPECT_FALSE(monitor.verdict(500).plateau);
}

TEST(Plateau, AModelThatHasLearntIsOnNone) {
  StabilityMonitor monitor;
  const auto loss = [](int64_t u) { return u <= 100 ? 7.0 - 0.05 * u : 2.0; };
  EXPECT_TRUE(run_loss(monitor, 900, loss, "plateau").empty());
}

}  // namespace
}  // namespace nmt::run_log::spike_plateau_test

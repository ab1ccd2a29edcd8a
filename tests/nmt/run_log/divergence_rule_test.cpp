// Divergence on planted losses, and against a naive reading of the rule on random ones.

#include "nmt/run_log/divergence_rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "tests/nmt/run_log/planted_series.h"

namespace nmt::run_log::divergence_rule_test {
namespace {

using layers::AttentionKind;
using testing::append;
using ::testing::HasSubstr;
using testing::kInfinity;
using testing::kNan;
using testing::layer_at;
using testing::of_kind;
using testing::run_loss;

TEST(Divergence, ANonFiniteLossIsOneAtOnce) {
  for (const double bad : {kNan, kInfinity}) {
    StabilityMonitor monitor;
    const auto events = run_loss(monitor, 50, [&](int64_t u) { return u >= 7 ? bad : 5.0; });
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].kind, "divergence");
    EXPECT_EQ(events[0].update, 7);
    EXPECT_EQ(events[0].fields["cause"], "non_finite_loss");
    EXPECT_EQ(events[0].fields["first_update"], 7);
    EXPECT_TRUE(monitor.verdict(50).diverged);
    EXPECT_FALSE(monitor.verdict(50).collapsed);
    EXPECT_EQ(monitor.verdict(50).status, "diverged");
  }
}

TEST(Divergence, ANonFiniteGradientIsACauseOfItsOwn) {
  StabilityMonitor monitor;
  std::vector<EventRecord> events;
  for (int64_t update = 1; update <= 10; ++update) {
    const double norm = update >= 4 ? std::copysign(kNan, -1.0) : 1.0;
    append(monitor.observe({.update = update, .loss = 3.5e9, .nll = 3.5e9, .gradient_norm = norm}),
           events);
  }
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].fields["cause"], "non_finite_gradient");
  EXPECT_EQ(events[0].fields["first_update"], 4);
  EXPECT_EQ(events[0].fields["loss"], 3.5e9);
  EXPECT_THAT(events[0].message,
              HasSubstr("the gradient norm of update 4 is nan, its loss 3.5e+09"));
  EXPECT_EQ(monitor.verdict(10).status, "diverged");
}

TEST(Divergence, BothNonFiniteCausesAreReported) {
  StabilityMonitor monitor;
  EXPECT_EQ(monitor.observe({.update = 1, .loss = 2.0, .gradient_norm = kInfinity}).size(), 1u);
  EXPECT_EQ(monitor.observe({.update = 2, .loss = kNan, .gradient_norm = kNan}).size(), 1u);
  EXPECT_TRUE(monitor.observe({.update = 3, .loss = kNan, .gradient_norm = kNan}).empty());
}

TEST(Divergence, ARisenMedianIsOneAfterAHundredUpdatesAndDatedAtTheFirstHighLoss) {
  StabilityMonitor monitor;
  // Of 20 losses 11 must be high for the median to be: updates 71 to 170 are the hundred.
  const auto events = run_loss(monitor, 200, [](int64_t u) { return u <= 60 ? 3.0 : 4.5; });
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].fields["cause"], "loss_rise");
  EXPECT_EQ(events[0].fields["first_update"], 61);
  EXPECT_EQ(events[0].update, 170);
  EXPECT_EQ(events[0].fields["best_median"], 3.0);
  EXPECT_EQ(events[0].fields["loss"], 4.5);
  EXPECT_EQ(monitor.verdict(200).status, "diverged");
}

TEST(Divergence, AnEarlierLoneSpikeIsNotItsBeginning) {
  StabilityMonitor monitor;
  const auto loss = [](int64_t u) { return u == 30 ? 9.0 : u <= 60 ? 3.0 : 4.5; };
  const auto events = run_loss(monitor, 200, loss);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].fields["first_update"], 61);
}

TEST(Divergence, TheHighLossesOfTheStartAreNotItsBeginning) {
  StabilityMonitor monitor;
  // Falls from 9 to 4 by update 6, where the reference is set, and explodes at 11.
  const auto loss = [](int64_t u) { return u <= 10 ? std::max(4.0, 10.0 - u) : 50.0; };
  const auto events = run_loss(monitor, 200, loss);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].fields["first_update"], 11);
}

TEST(Divergence, AnExplosionInTheFirstUpdatesIsOneThoughTheRunEndsBelowItsStart) {
  StabilityMonitor monitor;
  const auto loss = [](int64_t u) { return u == 1 ? 9.0 : u <= 150 ? 3.5e9 / u : 8.5; };
  const auto events = run_loss(monitor, 400, loss);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].fields["cause"], "loss_rise");
  EXPECT_EQ(events[0].fields["first_update"], 2);
  EXPECT_EQ(events[0].fields["best_median"], 9.0);
  EXPECT_FALSE(monitor.finish(400).has_value());
  EXPECT_EQ(monitor.verdict(400).status, "diverged");
}

TEST(Divergence, ALossThatIsHighWhenTheRunEndsIsOne) {
  StabilityMonitor monitor;
  EXPECT_TRUE(run_loss(monitor, 100, [](int64_t u) { return u <= 60 ? 3.0 : 4.5; }).empty());
  EXPECT_FALSE(monitor.verdict(100).diverged);
  const auto event = monitor.finish(100);
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(event->kind, "divergence");
  EXPECT_EQ(event->update, 100);
  EXPECT_EQ(event->fields["cause"], "ended_high");
  EXPECT_EQ(event->fields["first_update"], 61);
  EXPECT_THAT(event->message, HasSubstr("the run ended with a median loss of 4.5"));
  EXPECT_EQ(monitor.verdict(100).status, "diverged");
}

TEST(Divergence, ARiseThatIsOverOrReportedDoesNotEndHigh) {
  StabilityMonitor over;
  run_loss(over, 100, [](int64_t u) { return u > 60 && u <= 75 ? 4.5 : 3.0; });
  EXPECT_FALSE(over.finish(100).has_value());
  StabilityMonitor reported;
  EXPECT_EQ(run_loss(reported, 300, [](int64_t u) { return u <= 60 ? 3.0 : 4.5; }).size(), 1u);
  EXPECT_FALSE(reported.finish(300).has_value());
}

TEST(Divergence, ARiseOfExactlyOneNatIsNone) {
  StabilityMonitor monitor;
  EXPECT_TRUE(run_loss(monitor, 400, [](int64_t u) { return u <= 60 ? 3.0 : 4.0; }).empty());
}

TEST(Divergence, ARiseOfNinetyNineUpdatesIsNone) {
  StabilityMonitor monitor;
  // The median of 20 is high from 10 high losses on and until 11 low ones: updates 70 to 168.
  EXPECT_TRUE(
      run_loss(monitor, 400, [](int64_t u) { return u > 60 && u <= 158 ? 9.0 : 3.0; }).empty());
  StabilityMonitor longer;
  EXPECT_EQ(run_loss(longer, 400, [](int64_t u) { return u > 60 && u <= 159 ? 9.0 : 3.0; }).size(),
            1u);
}

TEST(Divergence, SkippedUpdatesAreNotAmongTheHundred) {
  StabilityMonitor monitor;
  const auto loss = [](int64_t u) { return u > 90 && u <= 95 ? kNan : u <= 60 ? 3.0 : 4.5; };
  const auto events = run_loss(monitor, 200, loss);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[1].fields["cause"], "loss_rise");
  EXPECT_EQ(events[1].fields["first_update"], 61);
  EXPECT_EQ(events[1].update, 175);
}

TEST(Divergence, SingleSpikesAndAHighStartAreNone) {
  StabilityMonitor monitor;
  EXPECT_TRUE(
      run_loss(monitor, 500, [](int64_t u) { return u % 3 == 0 ? 50.0 : 9.0 - 0.01 * u; }).empty());
}

TEST(Divergence, AFlatLossIsNone) {
  StabilityMonitor monitor;
  EXPECT_TRUE(run_loss(monitor, 500, [](int64_t) { return 8.9; }).empty());
  EXPECT_FALSE(monitor.finish(500).has_value());
}

struct Rise {
  int64_t first = 0, found = 0;
};

// The rule, read word for word: medians of at most 5 losses, 8 high ones in a row.
Rise naive_rise(const std::vector<double>& losses) {
  const auto count = static_cast<int64_t>(losses.size());
  std::vector<double> medians;
  const auto loss = [&](int64_t update) { return losses[static_cast<size_t>(update - 1)]; };
  const auto median_at = [&](int64_t update) {
    std::vector<double> window;
    for (int64_t u = std::max<int64_t>(1, update - 4); u <= update; ++u) window.push_back(loss(u));
    std::sort(window.begin(), window.end());
    const size_t n = window.size();
    return (window[(n - 1) / 2] + window[n / 2]) / 2.0;
  };
  for (int64_t update = 1; update <= count; ++update) medians.push_back(median_at(update));
  const auto lowest_until = [&](int64_t update) {
    return std::min_element(medians.begin(), medians.begin() + update);
  };
  const auto high = [&](int64_t update) {
    return medians[static_cast<size_t>(update - 1)] > *lowest_until(update) + 1.0;
  };
  for (int64_t end = 8; end <= count; ++end) {
    int64_t begin = end;
    while (begin > 0 && high(begin)) --begin;
    if (end - begin != 8) continue;
    const int64_t set_at = lowest_until(begin + 1) - medians.begin() + 1;
    for (int64_t u = std::max(set_at + 1, begin + 1 - 4); u <= begin + 1; ++u) {
      if (loss(u) > *lowest_until(begin + 1) + 1.0) return {.first = u, .found = end};
    }
  }
  return {};
}

TEST(Divergence, AgreesWithANaiveReadingOfTheRuleOnRandomSeries) {
  std::mt19937 random(17);
  const StabilityRules rules{.median_updates = 5, .divergence_updates = 8};
  int found = 0;
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<double> losses;
    double level = 3.0;
    for (int update = 0; update < 120; ++update) {
      level += std::normal_distribution<double>(0.0, 0.25)(random);
      losses.push_back(level + std::normal_distribution<double>(0.0, 0.4)(random));
    }
    const Rise expected = naive_rise(losses);
    StabilityMonitor monitor(rules);
    const auto events = run_loss(monitor, 120, [&](int64_t u) { return losses[u - 1]; });
    EXPECT_EQ(events.empty() ? 0 : events[0].update, expected.found) << "trial " << trial;
    if (!events.empty()) {
      EXPECT_EQ(events[0].fields["first_update"], expected.first) << "trial " << trial;
    }
    found += expected.found != 0;
  }
  EXPECT_GT(found, 20);
  EXPECT_LT(found, 180);
}

TEST(Divergence, NamesTheLowestHeadWhenTheMedianBecameHigh) {
  StabilityMonitor monitor;
  std::vector<EventRecord> events;
  for (int64_t update = 1; update <= 200; ++update) {
    const std::vector<LayerEntropy> entropies = {
        layer_at(0.5, AttentionKind::kEncoderSelf, 1),
        layer_at(update == 71 ? 0.2 : 0.6, AttentionKind::kCross, 4)};
    append(monitor.observe(
               {.update = update, .loss = update <= 60 ? 3.0 : 4.5, .entropies = entropies}),
           events);
  }
  const auto divergence = of_kind(events, "divergence");
  ASSERT_EQ(divergence.size(), 1u);
  const auto& lowest = divergence[0].fields["lowest_head"];
  EXPECT_EQ(lowest["kind"], "cross");
  EXPECT_EQ(lowest["layer"], 4);
  EXPECT_EQ(lowest["head"], 3);
  EXPECT_EQ(lowest["relative_entropy"], 0.1);
}

}  // namespace
}  // namespace nmt::run_log::divergence_rule_test

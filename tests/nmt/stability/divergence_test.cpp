// The stability rules on hand-made series.

#include "nmt/stability/divergence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "data/text/error.h"

namespace nmt::stability {
namespace {

using layers::AttentionKind;
using ::testing::HasSubstr;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

LayerEntropy relative(double value, AttentionKind kind = AttentionKind::kEncoderSelf,
                      int64_t layer = 1) {
  return {.kind = kind,
          .layer = layer,
          .entropy = value,
          .relative_entropy = value,
          .lowest_head = 3,
          .lowest_head_entropy = value / 2.0};
}

std::vector<EventRecord> of_kind(const std::vector<EventRecord>& events, const std::string& kind) {
  std::vector<EventRecord> chosen;
  for (const EventRecord& event : events) {
    if (event.kind == kind) chosen.push_back(event);
  }
  return chosen;
}

// Updates 1..count with loss 1 and the given relative entropy of one layer; all events.
std::vector<EventRecord> run_entropy(StabilityMonitor& monitor, int64_t count,
                                     const std::function<double(int64_t)>& value) {
  std::vector<EventRecord> events;
  for (int64_t update = 1; update <= count; ++update) {
    const std::vector<LayerEntropy> entropies = {relative(value(update))};
    for (EventRecord& event : monitor.observe(update, 1.0, entropies)) events.push_back(event);
  }
  return events;
}

// The events of one kind in updates 1..count of the given losses.
std::vector<EventRecord> run_loss(StabilityMonitor& monitor, int64_t count,
                                  const std::function<double(int64_t)>& loss,
                                  const std::string& kind = "divergence") {
  std::vector<EventRecord> events;
  for (int64_t update = 1; update <= count; ++update) {
    for (EventRecord& event : monitor.observe(update, loss(update), {})) events.push_back(event);
  }
  return of_kind(events, kind);
}

TEST(Collapse, IsFlaggedAfterTwentyLowUpdatesAndDatedAtTheFirst) {
  StabilityMonitor monitor({.warmup_updates = 10});
  const auto events = run_entropy(monitor, 60, [](int64_t u) { return u <= 30 ? 0.5 : 0.01; });
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].kind, "collapse");
  EXPECT_EQ(events[0].update, 50);
  EXPECT_EQ(events[0].fields["first_update"], 31);
  EXPECT_EQ(events[0].fields["kind"], "encoder_self");
  EXPECT_EQ(events[0].fields["layer"], 1);
  EXPECT_EQ(events[0].fields["head"], 3);
  EXPECT_EQ(events[0].fields["reference"], 0.5);
  EXPECT_THAT(events[0].message, HasSubstr("encoder_self attention of layer 1 since update 31"));
  EXPECT_TRUE(monitor.collapsed());
  EXPECT_FALSE(monitor.diverged());
  EXPECT_EQ(monitor.status(), "collapsed");
}

TEST(Collapse, NineteenLowUpdatesAreNone) {
  StabilityMonitor monitor({.warmup_updates = 1});
  const auto events =
      run_entropy(monitor, 100, [](int64_t u) { return u % 20 == 0 || u == 1 ? 0.5 : 0.01; });
  EXPECT_TRUE(events.empty());
  EXPECT_EQ(monitor.status(), "ok");
}

TEST(Collapse, NeedsBothThresholds) {
  StabilityMonitor above_absolute({.warmup_updates = 1});
  EXPECT_TRUE(
      run_entropy(above_absolute, 50, [](int64_t u) { return u == 1 ? 0.9 : 0.05; }).empty());
  StabilityMonitor above_fraction({.warmup_updates = 1});
  EXPECT_TRUE(
      run_entropy(above_fraction, 50, [](int64_t u) { return u == 1 ? 0.2 : 0.0401; }).empty());
  StabilityMonitor below_both({.warmup_updates = 1});
  EXPECT_EQ(run_entropy(below_both, 50, [](int64_t u) { return u == 1 ? 0.2 : 0.0399; }).size(),
            1u);
}

TEST(Collapse, ReferenceIsTheEndOfWarmup) {
  StabilityMonitor monitor({.warmup_updates = 20});
  const auto events = run_entropy(monitor, 60, [](int64_t u) {
    return u < 20 ? 0.9 : u == 20 ? 0.1 : 0.03;  // 0.03 is below 20 % of 0.9, not of 0.1.
  });
  EXPECT_TRUE(events.empty());
}

TEST(Collapse, NothingCountsBeforeWarmupEnds) {
  StabilityMonitor monitor({.warmup_updates = 100});
  EXPECT_TRUE(run_entropy(monitor, 99, [](int64_t u) { return u < 5 ? 0.9 : 0.001; }).empty());
}

TEST(Collapse, WithoutWarmupTheFirstUpdateIsTheReference) {
  StabilityMonitor monitor({.warmup_updates = 0});
  const auto events = run_entropy(monitor, 21, [](int64_t u) { return u == 1 ? 0.5 : 0.01; });
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].fields["first_update"], 2);
}

TEST(Collapse, ANanIsNeverLowAndNeverTheReference) {
  StabilityMonitor monitor({.warmup_updates = 5});
  const auto events = run_entropy(monitor, 60, [](int64_t u) {
    return u == 5 || u == 30 ? kNan : u <= 10 ? 0.5 : 0.01;
  });
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].fields["first_update"], 31);
  EXPECT_EQ(events[0].fields["reference"], 0.5);
}

TEST(Collapse, EachLayerIsJudgedAloneAndReportedOnce) {
  StabilityMonitor monitor({.warmup_updates = 1});
  std::vector<EventRecord> events;
  for (int64_t update = 1; update <= 200; ++update) {
    const bool low = (update > 10 && update < 60) || update > 100;
    const std::vector<LayerEntropy> entropies = {
        relative(0.5), relative(low ? 0.01 : 0.5, AttentionKind::kCross, 2),
        relative(update > 50 ? 0.02 : 0.5, AttentionKind::kDecoderSelf, 2)};
    for (EventRecord& event : monitor.observe(update, 1.0, entropies)) events.push_back(event);
  }
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].fields["kind"], "cross");
  EXPECT_EQ(events[0].fields["first_update"], 11);
  EXPECT_EQ(events[1].fields["kind"], "decoder_self");
  EXPECT_EQ(events[1].fields["first_update"], 51);
}

TEST(Divergence, ANonFiniteLossIsOneAtOnce) {
  for (const double bad : {kNan, kInfinity}) {
    StabilityMonitor monitor;
    const auto events = run_loss(monitor, 50, [&](int64_t u) { return u >= 7 ? bad : 5.0; });
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].kind, "divergence");
    EXPECT_EQ(events[0].update, 7);
    EXPECT_EQ(events[0].fields["cause"], "non_finite_loss");
    EXPECT_EQ(events[0].fields["first_update"], 7);
    EXPECT_TRUE(monitor.diverged());
    EXPECT_FALSE(monitor.collapsed());
    EXPECT_EQ(monitor.status(), "diverged");
  }
}

TEST(Divergence, ARisenMedianIsOneAfterAHundredUpdates) {
  StabilityMonitor monitor;
  // Of 20 losses 11 must be high for the median of an even count to be above 4: update 60 + 11.
  const auto events = run_loss(monitor, 200, [](int64_t u) { return u <= 60 ? 3.0 : 4.5; });
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].fields["cause"], "loss_rise");
  EXPECT_EQ(events[0].fields["first_update"], 71);
  EXPECT_EQ(events[0].update, 170);
  EXPECT_EQ(events[0].fields["best_median"], 3.0);
  EXPECT_EQ(events[0].fields["loss"], 4.5);
  EXPECT_EQ(monitor.status(), "diverged");
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
}

TEST(Divergence, SingleSpikesAndAHighStartAreNone) {
  StabilityMonitor monitor;
  EXPECT_TRUE(
      run_loss(monitor, 500, [](int64_t u) { return u % 3 == 0 ? 50.0 : 9.0 - 0.01 * u; }).empty());
}

TEST(Divergence, AFlatLossIsNone) {
  StabilityMonitor monitor;
  EXPECT_TRUE(run_loss(monitor, 500, [](int64_t) { return 8.9; }).empty());
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
      losses.push_back(level);
    }
    std::vector<double> medians;  // Of updates 5, 6, ...
    int64_t expected = 0;
    for (size_t end = 5; end <= losses.size() && expected == 0; ++end) {
      std::vector<double> window(losses.begin() + end - 5, losses.begin() + end);
      std::nth_element(window.begin(), window.begin() + 2, window.end());
      medians.push_back(window[2]);
      if (medians.size() < 8) continue;
      bool high = true;
      for (size_t i = medians.size() - 8; i < medians.size(); ++i) {
        high &= medians[i] > *std::min_element(medians.begin(), medians.begin() + i + 1) + 1.0;
      }
      if (high) expected = static_cast<int64_t>(end);
    }
    StabilityMonitor monitor(rules);
    const auto events = run_loss(monitor, 120, [&](int64_t u) { return losses[u - 1]; });
    EXPECT_EQ(events.empty() ? 0 : events[0].update, expected) << "trial " << trial;
    found += expected != 0;
  }
  EXPECT_GT(found, 20);
  EXPECT_LT(found, 180);
}

TEST(Divergence, NamesTheLowestHeadAtItsFirstUpdate) {
  StabilityMonitor monitor({.warmup_updates = 1});
  std::vector<EventRecord> events;
  for (int64_t update = 1; update <= 200; ++update) {
    const std::vector<LayerEntropy> entropies = {
        relative(0.5, AttentionKind::kEncoderSelf, 1),
        relative(update == 71 ? 0.2 : 0.6, AttentionKind::kCross, 4)};
    for (EventRecord& event : monitor.observe(update, update <= 60 ? 3.0 : 4.5, entropies)) {
      events.push_back(event);
    }
  }
  const auto divergence = of_kind(events, "divergence");
  ASSERT_EQ(divergence.size(), 1u);
  const auto& lowest = divergence[0].fields["lowest_head"];
  EXPECT_EQ(lowest["kind"], "cross");
  EXPECT_EQ(lowest["layer"], 4);
  EXPECT_EQ(lowest["head"], 3);
  EXPECT_EQ(lowest["relative_entropy"], 0.1);
}

TEST(Spike, IsOneLossFarAboveTheMedianBeforeIt) {
  StabilityMonitor monitor;
  const auto loss = [](int64_t u) { return u == 50 || u == 51 || u == 90 ? 3.6 : 3.0; };
  const auto events = run_loss(monitor, 120, loss, "spike");
  ASSERT_EQ(events.size(), 2u);  // 51 belongs to the spike of 50.
  EXPECT_EQ(events[0].update, 50);
  EXPECT_EQ(events[0].fields["loss"], 3.6);
  EXPECT_EQ(events[0].fields["median"], 3.0);
  EXPECT_EQ(events[1].update, 90);
  EXPECT_EQ(monitor.spikes(), 2);
  EXPECT_EQ(monitor.status(), "ok");
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
  EXPECT_TRUE(monitor.on_plateau());
  EXPECT_EQ(monitor.status(), "plateau");
}

TEST(Plateau, EndsWhenTheLossFallsAgain) {
  StabilityMonitor monitor;
  const auto loss = [](int64_t u) { return u <= 450 ? 6.0 : 5.5; };
  EXPECT_EQ(run_loss(monitor, 500, loss, "plateau").size(), 1u);
  EXPECT_FALSE(monitor.on_plateau());
  EXPECT_EQ(monitor.status(), "ok");
}

TEST(Plateau, AModelThatHasLearntIsOnNone) {
  StabilityMonitor monitor;
  const auto loss = [](int64_t u) { return u <= 100 ? 7.0 - 0.05 * u : 2.0; };
  EXPECT_TRUE(run_loss(monitor, 900, loss, "plateau").empty());
}

TEST(StabilityMonitor, BothFlagsCanStand) {
  StabilityMonitor monitor({.warmup_updates = 1});
  run_entropy(monitor, 40, [](int64_t u) { return u == 1 ? 0.5 : 0.01; });
  monitor.observe(41, kNan, {});
  EXPECT_TRUE(monitor.collapsed());
  EXPECT_TRUE(monitor.diverged());
  EXPECT_EQ(monitor.status(), "diverged");
}

TEST(StabilityMonitor, ResumedAnywhereItSaysTheSame) {
  const auto entropy = [](int64_t u) { return u == 9 ? kNan : u <= 30 ? 0.4 : 0.03; };
  const auto loss = [](int64_t u) { return u == 12 ? kInfinity : u <= 40 ? 2.0 + 1.0 / u : 3.7; };
  const StabilityRules rules{.warmup_updates = 10};
  const auto feed = [&](StabilityMonitor& monitor, int64_t u, std::vector<EventRecord>& events) {
    const std::vector<LayerEntropy> entropies = {relative(entropy(u), AttentionKind::kCross, 4)};
    for (EventRecord& event : monitor.observe(u, loss(u), entropies)) events.push_back(event);
  };
  StabilityMonitor straight(rules);
  std::vector<EventRecord> expected;
  for (int64_t u = 1; u <= 200; ++u) feed(straight, u, expected);
  ASSERT_EQ(of_kind(expected, "divergence").size(), 2u);
  ASSERT_EQ(of_kind(expected, "collapse").size(), 1u);
  ASSERT_EQ(of_kind(expected, "spike").size(), 1u);
  for (int64_t cut = 1; cut < 200; cut += 7) {
    StabilityMonitor first(rules), second(rules);
    std::vector<EventRecord> events;
    for (int64_t u = 1; u <= cut; ++u) feed(first, u, events);
    second.restore(nlohmann::ordered_json::parse(first.state().dump()));
    for (int64_t u = cut + 1; u <= 200; ++u) feed(second, u, events);
    EXPECT_EQ(events, expected) << "resumed after update " << cut;
    EXPECT_EQ(second.state(), straight.state());
  }
}

TEST(StabilityMonitor, RefusesAMalformedState) {
  StabilityMonitor monitor;
  EXPECT_THROW(monitor.restore({{"layers", nlohmann::ordered_json::array()}}), InputError);
  EXPECT_THROW(monitor.restore(nlohmann::ordered_json::array()), InputError);
}

}  // namespace
}  // namespace nmt::stability

// Entropy collapse on planted series of one layer and of several.

#include "nmt/run_log/collapse_rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/nmt/run_log/planted_series.h"

namespace nmt::run_log::collapse_rule_test {
namespace {

using layers::AttentionKind;
using testing::append;
using ::testing::HasSubstr;
using testing::kNan;
using testing::layer_at;
using ::testing::Not;
using testing::of_kind;
using testing::run_entropy;

std::vector<EventRecord> events_of(int64_t count, const testing::Series& value) {
  StabilityMonitor monitor;
  return of_kind(run_entropy(monitor, count, value), "collapse");
}

TEST(Collapse, IsFlaggedAfterTwentyLowUpdatesAndDatedAtTheFirst) {
  StabilityMonitor monitor;
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
  EXPECT_TRUE(monitor.verdict(60).collapsed);
  EXPECT_FALSE(monitor.verdict(60).diverged);
  EXPECT_EQ(monitor.verdict(60).status, "collapsed");
}

TEST(Collapse, IsSeenOnTheWayUpThroughWarmup) {
  // Falls from the first update on, is below 20 % of its start at 16 and below 0.05 at 17.
  const auto falling = [](int64_t u) { return u < 17 ? 0.9 - 0.053 * u : 0.03; };
  const auto events = events_of(40, falling);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].fields["first_update"], 17);
  EXPECT_EQ(events[0].update, 36);
}

TEST(Collapse, IsSeenFromTheSecondUpdateOn) {
  const auto events = events_of(21, [](int64_t u) { return u == 1 ? 0.5 : 0.01; });
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].fields["first_update"], 2);
}

TEST(Collapse, NineteenLowUpdatesAreNone) {
  EXPECT_TRUE(events_of(400, [](int64_t u) { return u % 20 == 1 ? 0.5 : 0.01; }).empty());
}

TEST(Collapse, NeedsBothThresholds) {
  EXPECT_TRUE(events_of(80, [](int64_t u) { return u <= 20 ? 0.9 : 0.05; }).empty());
  EXPECT_TRUE(events_of(80, [](int64_t u) { return u <= 20 ? 0.2 : 0.0401; }).empty());
  EXPECT_EQ(events_of(80, [](int64_t u) { return u <= 20 ? 0.2 : 0.0399; }).size(), 1u);
}

TEST(Collapse, TheReferenceIsTheHighestMedianNotTheHighestValue) {
  // One update at 0.9 among 0.1: the median never leaves 0.1, of which 0.03 is more than a fifth.
  EXPECT_TRUE(events_of(90, [](int64_t u) { return u == 20 ? 0.9 : u < 40 ? 0.1 : 0.03; }).empty());
  // Eleven updates at 0.9 raise it.
  const auto risen = [](int64_t u) { return u > 20 && u <= 31 ? 0.9 : u < 40 ? 0.1 : 0.03; };
  const auto events = events_of(90, risen);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].fields["first_update"], 40);
  EXPECT_EQ(events[0].fields["reference"], 0.9);
}

TEST(Collapse, AHighReferenceStaysWhileEntropyFallsSlowly) {
  // Half of the way every 40 updates: any window of 20 is near its own last value.
  const auto events = events_of(400, [](int64_t u) { return 0.8 * std::pow(0.5, u / 40.0); });
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].fields["first_update"], 161);  // 0.8 / 16 = 0.05 at update 160.
}

TEST(Collapse, ALayerThatStartsSharpIsNone) {
  EXPECT_TRUE(events_of(300, [](int64_t u) { return 0.03 + 0.01 * (u % 2); }).empty());
  // It may get twice as sharp; a fifth of where it started is a collapse again.
  EXPECT_TRUE(events_of(300, [](int64_t u) { return u < 100 ? 0.03 : 0.015; }).empty());
  EXPECT_EQ(events_of(300, [](int64_t u) { return u < 100 ? 0.03 : 0.005; }).size(), 1u);
}

TEST(Collapse, UpdatesWithoutAValueArePassedOver) {
  // Nothing at the start, and a hole among the low ones, which 20 others must still make up.
  const auto holes = [](int64_t u) {
    return u <= 3 || (u > 35 && u <= 45) ? kNan : u <= 30 ? 0.5 : 0.01;
  };
  const auto events = events_of(80, holes);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].fields["first_update"], 31);
  EXPECT_EQ(events[0].update, 60);
  EXPECT_EQ(events[0].fields["reference"], 0.5);
  EXPECT_TRUE(events_of(100, [](int64_t) { return kNan; }).empty());
}

TEST(Collapse, EachLayerIsJudgedAloneAndReportedOnce) {
  StabilityMonitor monitor;
  std::vector<EventRecord> events;
  for (int64_t update = 1; update <= 200; ++update) {
    const bool low = (update > 10 && update < 60) || update > 100;
    const std::vector<LayerEntropy> entropies = {
        layer_at(0.5), layer_at(low ? 0.01 : 0.5, AttentionKind::kCross, 2),
        layer_at(update > 50 ? 0.02 : 0.5, AttentionKind::kDecoderSelf, 2)};
    append(monitor.observe({.update = update, .loss = 1.0, .entropies = entropies}), events);
  }
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].fields["kind"], "cross");
  EXPECT_EQ(events[0].fields["first_update"], 11);
  EXPECT_EQ(events[1].fields["kind"], "decoder_self");
  EXPECT_EQ(events[1].fields["first_update"], 51);
}

// The event of a layer that goes from 0.5 to 0.01 at update 41, with the given nll.
EventRecord collapse_with(const testing::Series& nll) {
  StabilityMonitor monitor({.unigram_nll = 6.0});
  std::vector<EventRecord> events;
  for (int64_t update = 1; update <= 60; ++update) {
    const std::vector<LayerEntropy> entropies = {layer_at(update <= 40 ? 0.5 : 0.01)};
    append(monitor.observe(
               {.update = update, .loss = 1.0, .nll = nll(update), .entropies = entropies}),
           events);
  }
  return events.at(0);
}

TEST(Collapse, SaysWhetherTheLossStillFalls) {
  const EventRecord falls = collapse_with([](int64_t u) { return u <= 40 ? 4.0 : 3.0; });
  EXPECT_EQ(falls.fields["loss"], "falls");
  EXPECT_EQ(falls.fields["nll_before"], 4.0);
  EXPECT_EQ(falls.fields["nll"], 3.0);
  EXPECT_THAT(falls.message, HasSubstr("sharp, but the loss still falls (nll 3, 4 before)"));

  const EventRecord stands = collapse_with([](int64_t u) { return u <= 40 ? 4.0 : 3.95; });
  EXPECT_EQ(stands.fields["loss"], "stands");
  EXPECT_THAT(stands.message, HasSubstr("the loss does not fall (nll 3.95, 4 before)"));

  const EventRecord low = collapse_with([](int64_t) { return 0.1; });
  EXPECT_EQ(low.fields["loss"], "low");
  EXPECT_THAT(low.message, HasSubstr("sharp, but the model has learnt (nll 0.1)"));

  const EventRecord unknown = collapse_with([](int64_t) { return kNan; });
  EXPECT_TRUE(unknown.fields["loss"].is_null());
  EXPECT_THAT(unknown.message, Not(HasSubstr("sharp")));
}

}  // namespace
}  // namespace nmt::run_log::collapse_rule_test

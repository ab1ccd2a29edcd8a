// All rules together: the order of the verdict, and resuming, from older states too.

#include "nmt/run_log/stability_monitor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "data/text/error.h"
#include "tests/nmt/run_log/planted_series.h"

namespace nmt::run_log::stability_monitor_test {
namespace {

using layers::AttentionKind;
using nlohmann::ordered_json;
using testing::append;
using testing::kInfinity;
using testing::kNan;
using testing::layer_at;
using testing::of_kind;
using testing::run_entropy;

TEST(StabilityMonitor, BothFlagsCanStand) {
  StabilityMonitor monitor;
  run_entropy(monitor, 40, [](int64_t u) { return u == 1 ? 0.5 : 0.01; });
  monitor.observe({.update = 41, .loss = kNan});
  const EndRecord end = monitor.verdict(41);
  EXPECT_TRUE(end.collapsed);
  EXPECT_TRUE(end.diverged);
  EXPECT_EQ(end.status, "diverged");
}

// Updates first..last of a run in which everything happens; the events go to `events`.
void feed(StabilityMonitor& monitor, int64_t first, int64_t last,
          std::vector<EventRecord>& events) {
  for (int64_t u = first; u <= last; ++u) {
    const double entropy = u == 9 ? kNan : u <= 30 ? 0.4 : 0.03;
    const double loss = u == 12 ? kInfinity : u <= 40 ? 2.0 + 1.0 / static_cast<double>(u) : 3.7;
    const std::vector<LayerEntropy> entropies = {layer_at(entropy, AttentionKind::kCross, 4)};
    append(monitor.observe({.update = u,
                            .loss = loss,
                            .nll = loss - 0.5,
                            .gradient_norm = u == 20 ? kNan : 1.0,
                            .entropies = entropies}),
           events);
    if (u % 50 == 0) monitor.observe_validation(5.0 - static_cast<double>(u) / 100.0);
  }
}

TEST(StabilityMonitor, ResumedAnywhereItSaysTheSame) {
  const StabilityRules rules{.warmup_updates = 10, .unigram_nll = 4.5};
  StabilityMonitor straight(rules);
  std::vector<EventRecord> expected;
  feed(straight, 1, 200, expected);
  ASSERT_EQ(of_kind(expected, "divergence").size(), 3u);
  ASSERT_EQ(of_kind(expected, "collapse").size(), 1u);
  ASSERT_EQ(of_kind(expected, "spike").size(), 1u);
  for (int64_t cut = 1; cut < 200; cut += 7) {
    StabilityMonitor first(rules), second(rules);
    std::vector<EventRecord> events;
    feed(first, 1, cut, events);
    second.restore(ordered_json::parse(first.state().dump()), cut);
    feed(second, cut + 1, 200, events);
    EXPECT_EQ(events, expected) << "resumed after update " << cut;
    EXPECT_EQ(second.state(), straight.state());
  }
}

// What was saved before update 201 by the rule that took the end of warm-up as the reference.
ordered_json older_state(const ordered_json& layer, int64_t high_updates) {
  return {{"layers", {layer}},
          {"losses", std::vector<double>(20, high_updates > 0 ? 4.5 : 3.0)},
          {"best_median", 3.0},
          {"high_updates", high_updates},
          {"first_high_update", 201 - high_updates},
          {"lowest", nullptr},
          {"lowest_at_rise", nullptr},
          {"non_finite", false},
          {"risen", false},
          {"in_spike", false},
          {"spikes", 2},
          {"first_median", 9.0},
          {"level", 3.0},
          {"level_update", 150},
          {"on_plateau", false}};
}

ordered_json older_layer(const ordered_json& reference, int64_t low_updates) {
  return {{"kind", "encoder_self"},
          {"layer", 1},
          {"reference", reference},
          {"low_updates", low_updates},
          {"first_low_update", 201 - low_updates},
          {"collapsed", false}};
}

// The events of updates 201..300 after such a state.
std::vector<EventRecord> events_after(const ordered_json& state, double entropy, double loss) {
  StabilityMonitor monitor;
  monitor.restore(state, 200);
  std::vector<EventRecord> events;
  for (int64_t update = 201; update <= 300; ++update) {
    const std::vector<LayerEntropy> entropies = {layer_at(entropy)};
    append(monitor.observe({.update = update, .loss = loss, .nll = kNan, .entropies = entropies}),
           events);
  }
  return events;
}

TEST(StabilityMonitor, TheReferenceOfAnOlderStateIsWhereTheNewOneStarts) {
  const auto events = events_after(older_state(older_layer(0.8, 0), 0), 0.03, 3.0);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].fields["first_update"], 201);
  EXPECT_EQ(events[0].fields["reference"], 0.8);
  const auto begun = events_after(older_state(older_layer(0.8, 15), 0), 0.03, 3.0);
  ASSERT_EQ(begun.size(), 1u);
  EXPECT_EQ(begun[0].update, 205);
  EXPECT_EQ(begun[0].fields["first_update"], 186);
  // Inside warm-up there was none yet.
  EXPECT_TRUE(events_after(older_state(older_layer(nullptr, 0), 0), 0.03, 3.0).empty());
}

TEST(StabilityMonitor, ARiseOfAnOlderStateGoesOn) {
  const auto rising = events_after(older_state(older_layer(0.8, 0), 40), 0.5, 4.5);
  ASSERT_EQ(rising.size(), 1u);
  EXPECT_EQ(rising[0].update, 260);
  EXPECT_EQ(rising[0].fields["first_update"], 161);
  const auto later = events_after(older_state(older_layer(0.8, 0), 0), 0.5, 9.0);
  ASSERT_EQ(of_kind(later, "spike").size(), 1u);
}

TEST(StabilityMonitor, RefusesAMalformedState) {
  StabilityMonitor monitor;
  EXPECT_THROW(monitor.restore({{"layers", ordered_json::array()}}, 1), InputError);
  EXPECT_THROW(monitor.restore(ordered_json::array(), 1), InputError);
  ordered_json state = monitor.state();
  EXPECT_NO_THROW(monitor.restore(state, 1));
  state["losses"] = {3.0};
  EXPECT_THROW(monitor.restore(state, 1), InputError);
}

}  // namespace
}  // namespace nmt::run_log::stability_monitor_test

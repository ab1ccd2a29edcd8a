#include "nmt/optim/lr_schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "data/text/error.h"
#include "nmt/config/enum_names.h"
#include "tests/testing/temp_folder.h"

namespace nmt::optim::lr_schedule_test {
namespace {

config::OptimizationConfig config_of(std::string_view schedule, int64_t warmup_updates) {
  config::OptimizationConfig config;
  config.learning_rate = 0.002;
  config.lr_schedule = config::enum_value<config::LrSchedule>(schedule);
  config.warmup_updates = warmup_updates;
  config.lr_decay_updates = 109;  // The final rate is reached 100 updates behind a warm-up of 10.
  return config;
}

TEST(LrSchedule, InverseSqrtRisesToThePeakAndFalls) {
  const auto c = config_of("inverse-sqrt", 100);
  EXPECT_DOUBLE_EQ(learning_rate(c, 1), 0.00002);
  EXPECT_DOUBLE_EQ(learning_rate(c, 50), 0.001);
  EXPECT_DOUBLE_EQ(learning_rate(c, 100), 0.002);
  EXPECT_DOUBLE_EQ(learning_rate(c, 400), 0.001);
  EXPECT_DOUBLE_EQ(learning_rate(c, 10000), 0.0002);
}

TEST(LrSchedule, ThePeakIsAtTheEndOfWarmup) {
  const auto c = config_of("inverse-sqrt", 7);
  for (int64_t update = 1; update <= 30; ++update) {
    if (update == 7) continue;
    EXPECT_LT(learning_rate(c, update), learning_rate(c, 7)) << update;
  }
}

TEST(LrSchedule, IsVaswanisFormulaWithTheRightPeak) {
  const double d_model = 512, warmup = 4000;
  auto c = config_of("inverse-sqrt", 4000);
  c.learning_rate = 1 / std::sqrt(d_model * warmup);
  for (const double step : {1.0, 1999.0, 4000.0, 4001.0, 123456.0}) {
    const double formula =
        std::pow(d_model, -0.5) * std::min(std::pow(step, -0.5), step * std::pow(warmup, -1.5));
    EXPECT_NEAR(learning_rate(c, static_cast<int64_t>(step)), formula, 1e-12);
  }
}

TEST(LrSchedule, ConstantStaysAtThePeak) {
  const auto c = config_of("constant", 10);
  EXPECT_DOUBLE_EQ(learning_rate(c, 5), 0.001);
  EXPECT_DOUBLE_EQ(learning_rate(c, 10), 0.002);
  EXPECT_DOUBLE_EQ(learning_rate(c, 1000000), 0.002);
}

TEST(LrSchedule, LinearFallsToTheFinalRateAndStaysThere) {
  auto c = config_of("linear", 10);
  EXPECT_DOUBLE_EQ(learning_rate(c, 10), 0.002);
  EXPECT_DOUBLE_EQ(learning_rate(c, 35), 0.0015);
  EXPECT_DOUBLE_EQ(learning_rate(c, 60), 0.001);
  EXPECT_NEAR(learning_rate(c, 109), 0.00002, 1e-18);  // The last one: a hundredth of the peak.
  EXPECT_EQ(learning_rate(c, 110), 0.0);
  EXPECT_EQ(learning_rate(c, 5000), 0.0);
  c.final_learning_rate = 0.001;
  EXPECT_DOUBLE_EQ(learning_rate(c, 35), 0.00175);
  EXPECT_EQ(learning_rate(c, 110), 0.001);
  EXPECT_EQ(learning_rate(c, 111), 0.001);
}

TEST(LrSchedule, CosineFallsToTheFinalRateAndStaysThere) {
  auto c = config_of("cosine", 10);
  EXPECT_DOUBLE_EQ(learning_rate(c, 10), 0.002);
  EXPECT_DOUBLE_EQ(learning_rate(c, 35), 0.001 * (1 + std::sqrt(0.5)));
  EXPECT_DOUBLE_EQ(learning_rate(c, 60), 0.001);
  EXPECT_DOUBLE_EQ(learning_rate(c, 85), 0.001 * (1 - std::sqrt(0.5)));
  // The last one: p sin²(π/200), from the series of the sine to its second term.
  const double x = std::numbers::pi / 200.0, sine = x - x * x * x / 6.0;
  EXPECT_NEAR(learning_rate(c, 109), 0.002 * sine * sine, 1e-14);
  EXPECT_EQ(learning_rate(c, 110), 0.0);
  EXPECT_EQ(learning_rate(c, 5000), 0.0);
  c.final_learning_rate = 0.001;
  EXPECT_DOUBLE_EQ(learning_rate(c, 60), 0.0015);
  EXPECT_EQ(learning_rate(c, 5000), 0.001);
}

TEST(LrSchedule, NoUpdateOfADecayHasARateOfZero) {
  for (const char* schedule : {"linear", "cosine"}) {
    for (const int64_t warmup : {0, 1, 7}) {
      for (const int64_t last : {int64_t{8}, int64_t{9}, int64_t{1000}, int64_t{1} << 40}) {
        auto c = config_of(schedule, warmup);
        c.lr_decay_updates = last;
        EXPECT_GT(learning_rate(c, last), 0.0) << warmup << " " << last;
        EXPECT_LT(learning_rate(c, last), learning_rate(c, last - 1)) << warmup << " " << last;
        EXPECT_EQ(learning_rate(c, last + 1), 0.0) << warmup << " " << last;
      }
    }
  }
}

TEST(LrSchedule, LinearAndCosineMustEndBehindWarmup) {
  for (const char* name : {"linear", "cosine"}) {
    auto c = config_of(name, 110);
    c.lr_decay_updates = 110;
    EXPECT_DOUBLE_EQ(learning_rate(c, 55), 0.001);
    EXPECT_EQ(nmt::testing::message_of<UsageError>([&] { learning_rate(c, 110); }),
              std::string("lr-schedule ") + name +
                  ": lr-decay-updates must be above warmup-updates, got 110 and 110");
  }
}

TEST(LrSchedule, StepFallsByTheFactorAtEqualDistances) {
  auto c = config_of("step", 10);
  c.lr_decay_every = 20;
  c.lr_decay_factor = 0.1;
  EXPECT_DOUBLE_EQ(learning_rate(c, 5), 0.001);
  EXPECT_DOUBLE_EQ(learning_rate(c, 10), 0.002);
  EXPECT_DOUBLE_EQ(learning_rate(c, 29), 0.002);
  EXPECT_DOUBLE_EQ(learning_rate(c, 30), 0.0002);
  EXPECT_DOUBLE_EQ(learning_rate(c, 49), 0.0002);
  EXPECT_DOUBLE_EQ(learning_rate(c, 50), 0.00002);
  c.warmup_updates = 0;  // As a warm-up of one update: updates 1 to 20 have the peak.
  EXPECT_DOUBLE_EQ(learning_rate(c, 20), 0.002);
  EXPECT_DOUBLE_EQ(learning_rate(c, 21), 0.0002);
}

TEST(LrSchedule, PlateauIsConstantButForItsFactor) {
  const auto c = config_of("plateau", 10);
  EXPECT_DOUBLE_EQ(learning_rate(c, 5), 0.001);
  EXPECT_DOUBLE_EQ(learning_rate(c, 100000), 0.002);
}

TEST(LrSchedule, NoWarmupIsAWarmupOfOneUpdate) {
  for (const std::string& name : config::enum_names<config::LrSchedule>()) {
    const auto none = config_of(name, 0), one = config_of(name, 1);
    EXPECT_DOUBLE_EQ(learning_rate(none, 1), 0.002) << name;
    for (const int64_t update : {2, 50, 100, 200}) {
      EXPECT_EQ(learning_rate(none, update), learning_rate(one, update)) << name;
    }
  }
  EXPECT_DOUBLE_EQ(learning_rate(config_of("inverse-sqrt", 0), 100), 0.0002);
}

TEST(LrSchedule, HasARowForEveryNameOfTheConfiguration) {
  for (const std::string& name : config::enum_names<config::LrSchedule>()) {
    EXPECT_DOUBLE_EQ(learning_rate(config_of(name, 10), 10), 0.002) << name;
  }
}

}  // namespace
}  // namespace nmt::optim::lr_schedule_test

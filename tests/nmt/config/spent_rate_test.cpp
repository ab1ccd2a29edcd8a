// Runs that go on where their learning rate has come to 0: what is refused, and what is not.

#include "nmt/config/spent_rate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/text/error.h"
#include "nmt/config/training_command.h"
#include "tests/testing/temp_folder.h"

namespace nmt::config::spent_rate_test {
namespace {

using ::testing::HasSubstr;
using testing::message_of;

TrainingCommand parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "nmt-train");
  return parse_training_command(static_cast<int>(arguments.size()), arguments.data());
}

// A run whose rate falls to 0 at update 100, limited by epochs too.
class SpentRateTest : public ::testing::TestWithParam<const char*> {
 protected:
  TrainingConfig begun(std::vector<const char*> flags = {}) const {
    flags.insert(flags.end(), {"--train-sets", "a", "b", "--lr-schedule", GetParam(),
                               "--warmup-updates", "10", "--max-epochs", "10"});
    return new_config(parse(flags));
  }
  TrainingConfig saved_ = begun({"--max-updates", "100"});

  TrainingConfig resumed(int64_t update, std::vector<const char*> flags) const {
    flags.push_back("--resume");
    return resumed_config(saved_, parse(flags), update);
  }
  TrainingConfig branched(int64_t update, std::vector<const char*> flags) const {
    flags.insert(flags.end(), {"--branch-from", "x"});
    return branched_config(saved_, parse(flags), update);
  }
  std::string refusal(int64_t update, const std::vector<const char*>& flags) const {
    return message_of<UsageError>([&] { resumed(update, flags); });
  }
  std::string sentence(const std::string& end, const std::string& rest) const {
    return std::string("lr-schedule ") + GetParam() + " comes to a learning rate of 0 at update " +
           end + ", so that " + rest + ", which stretches the schedule";
  }
};

TEST_P(SpentRateTest, TheRateIsSpentBehindTheLastUpdateOfTheDecay) {
  EXPECT_FALSE(rate_is_spent(saved_.optimization, 99));
  EXPECT_TRUE(rate_is_spent(saved_.optimization, 100));
  saved_.optimization.final_learning_rate = 1e-9;
  EXPECT_FALSE(rate_is_spent(saved_.optimization, 100));
  EXPECT_FALSE(rate_is_spent(OptimizationConfig{}, 100));
}

TEST_P(SpentRateTest, MoreUpdatesThanTheScheduleHasAreRefusedAtAnyUpdate) {
  const std::string expected = sentence("100",
                                        "--max-updates 200 would learn nothing from there on; add "
                                        "--lr-decay-updates 200");
  EXPECT_EQ(refusal(40, {"--max-updates", "200"}), expected);
  EXPECT_EQ(refusal(100, {"--max-updates", "200"}), expected);
  EXPECT_EQ(refusal(100, {"--max-updates", "200", "--lr-decay-updates", "0"}), expected);
  EXPECT_EQ(message_of<UsageError>([&] { branched(40, {"--max-updates", "200"}); }), expected);
}

TEST_P(SpentRateTest, AFinishedRunIsNotGivenMoreOfWhatItCannotUse) {
  EXPECT_EQ(refusal(100, {"--max-updates", "0"}),
            sentence("100",
                     "--max-updates 0 would learn nothing from update 100 on; add "
                     "--lr-decay-updates above 100"));
  EXPECT_EQ(refusal(100, {"--max-epochs", "20"}),
            sentence("100",
                     "--max-epochs 20 would learn nothing from update 100 on; add "
                     "--lr-decay-updates above 100"));
  EXPECT_THAT(refusal(100, {"--max-updates", "0", "--max-epochs", "0"}),
              HasSubstr("--max-updates 0 and --max-epochs 0 would learn nothing"));
  EXPECT_THAT(refusal(100, {"--lr-decay-updates", "50"}),
              HasSubstr("--lr-decay-updates 50 would learn nothing"));
}

TEST_P(SpentRateTest, ABranchBehindTheEndOfItsOwnScheduleIsRefused) {
  saved_ = new_config(
      parse({"--train-sets", "a", "b", "--warmup-updates", "10", "--max-updates", "2000"}));
  const std::vector<const char*> flags = {"--lr-schedule", GetParam(), "--lr-decay-updates", "500"};
  EXPECT_EQ(message_of<UsageError>([&] { branched(1000, flags); }),
            sentence("500", std::string("--lr-schedule ") + GetParam() +
                                " and --lr-decay-updates 500 would learn nothing from update 1000 "
                                "on; add --lr-decay-updates 2000"));
  EXPECT_NO_THROW(branched(499, flags));
}

TEST_P(SpentRateTest, WhatAsksForNothingNewIsNotRefused) {
  EXPECT_NO_THROW(resumed(100, {}));
  EXPECT_NO_THROW(resumed(100, {"--max-updates", "100", "--max-epochs", "10", "--threads", "2"}));
  EXPECT_NO_THROW(resumed(100, {"--max-updates", "50", "--max-epochs", "5"}));
  EXPECT_NO_THROW(resumed(100, {"--max-bad-updates", "500"}));
  EXPECT_NO_THROW(resumed(80, {"--max-epochs", "20", "--max-updates", "0"}));
}

TEST_P(SpentRateTest, TheRemedyHelps) {
  const TrainingConfig stretched =
      resumed(100, {"--max-updates", "200", "--lr-decay-updates", "200"});
  EXPECT_EQ(stretched.schedule.max_updates, 200);
  EXPECT_EQ(stretched.optimization.lr_decay_updates, 200);
  EXPECT_NO_THROW(resumed(100, {"--max-updates", "0", "--lr-decay-updates", "101"}));
  EXPECT_NO_THROW(branched(100, {"--max-updates", "0", "--final-learning-rate", "0.0001"}));
}

INSTANTIATE_TEST_SUITE_P(Schedules, SpentRateTest, ::testing::Values("linear", "cosine"));

}  // namespace
}  // namespace nmt::config::spent_rate_test

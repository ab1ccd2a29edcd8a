#include "nmt/train/run_progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/text/error.h"
#include "tests/testing/temp_folder.h"

namespace nmt::train::run_progress_test {
namespace {

using ::testing::HasSubstr;

RunProgress some_progress() {
  RunProgress progress;
  progress.update = 12;
  progress.position = {.epoch = 3, .batch = 4};
  progress.tokens = 5678;
  progress.seconds = 1.0 / 3.0;
  progress.bad_updates = 1;
  progress.bad_validations = 2;
  progress.validation_due = true;
  progress.unstable = "collapsed";
  progress.best = run_log::ValidRecord{.update = 10, .loss = 1.1, .nll = 0.7, .bleu = 12.5};
  progress.learning_rate_factor = 0.7 * 0.7 * 0.7;
  progress.plateau = {.best_nll = 2.0 / 3.0, .bad_validations = 1};
  return progress;
}

TEST(RunProgress, ComesBackToTheBit) {
  const RunProgress before = some_progress();
  // As text, as in state.json.
  const RunProgress after =
      run_progress_from_json(nlohmann::json::parse(to_json(before).dump()), "state.json");
  EXPECT_EQ(after.update, before.update);
  EXPECT_EQ(after.position.epoch, before.position.epoch);
  EXPECT_EQ(after.position.batch, before.position.batch);
  EXPECT_EQ(after.tokens, before.tokens);
  EXPECT_EQ(after.seconds, before.seconds);
  EXPECT_EQ(after.bad_updates, before.bad_updates);
  EXPECT_EQ(after.bad_validations, before.bad_validations);
  EXPECT_EQ(after.validation_due, before.validation_due);
  EXPECT_EQ(after.unstable, before.unstable);
  ASSERT_TRUE(after.best.has_value());
  EXPECT_EQ(after.best->nll, before.best->nll);
  EXPECT_EQ(after.best->bleu, before.best->bleu);
  EXPECT_EQ(after.learning_rate_factor, before.learning_rate_factor);
  EXPECT_EQ(after.plateau, before.plateau);
}

TEST(RunProgress, WithoutAValidationThereIsNoBest) {
  const RunProgress after = run_progress_from_json(to_json(RunProgress{}), "state.json");
  EXPECT_FALSE(after.best.has_value());
  EXPECT_EQ(after.plateau, optim::PlateauState{});
}

TEST(RunProgress, AnOlderStateHasInitialValuesOfWhatCameLater) {
  nlohmann::json json = to_json(some_progress());
  json.erase("learning_rate_factor");
  json.erase("plateau");
  json.erase("validation_due");
  json.erase("unstable");
  const RunProgress after = run_progress_from_json(json, "state.json");
  EXPECT_EQ(after.update, 12);
  EXPECT_EQ(after.learning_rate_factor, 1.0);
  EXPECT_EQ(after.plateau, optim::PlateauState{});
}

TEST(RunProgress, NamesTheFileThatIsDamaged) {
  const auto message = [](const char* key, const nlohmann::json& value) {
    nlohmann::json json = to_json(some_progress());
    json[key] = value;
    return nmt::testing::message_of<InputError>(
        [&] { run_progress_from_json(json, "c/state.json"); });
  };
  EXPECT_THAT(message("update", "twelve"), HasSubstr("c/state.json: not the state of a training"));
  EXPECT_THAT(message("learning_rate_factor", "half"), HasSubstr("c/state.json"));
  EXPECT_THAT(message("plateau", nlohmann::json::object()), HasSubstr("best_nll"));
}

TEST(DoneFraction, TakesTheLimitThatIsMetFirst) {
  RunProgress start{.update = 10, .seconds = 20.0}, now{.update = 30};
  config::ScheduleConfig limits;
  limits.max_updates = limits.max_epochs = limits.max_target_tokens = 0;
  limits.max_minutes = 0;
  const auto done = [&] { return done_fraction(start, now, /*seconds=*/50.0, 8, limits); };
  EXPECT_FALSE(done());
  limits.max_updates = 110;
  EXPECT_DOUBLE_EQ(*done(), 0.2);
  limits.max_minutes = 2;
  EXPECT_DOUBLE_EQ(*done(), 0.5);
  start.position = {.epoch = 0, .batch = 4};
  now.position = {.epoch = 3, .batch = 4};
  limits.max_epochs = 4;
  EXPECT_DOUBLE_EQ(*done(), 3.0 / 3.5);
  start.tokens = 500;
  now.tokens = 980;
  limits.max_target_tokens = 1000;
  EXPECT_DOUBLE_EQ(*done(), 480.0 / 500.0);
  limits.max_updates = 30;
  EXPECT_DOUBLE_EQ(*done(), 1.0);
}

}  // namespace
}  // namespace nmt::train::run_progress_test

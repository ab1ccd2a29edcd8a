#include "nmt/train/training_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/text/error.h"
#include "tests/testing/temp_folder.h"

namespace nmt::train {
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

TEST(TrainingState, ComesBackToTheBit) {
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

TEST(TrainingState, WithoutAValidationThereIsNoBest) {
  const RunProgress after = run_progress_from_json(to_json(RunProgress{}), "state.json");
  EXPECT_FALSE(after.best.has_value());
  EXPECT_EQ(after.plateau, optim::PlateauState{});
}

TEST(TrainingState, AnOlderStateHasInitialValuesOfWhatCameLater) {
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

TEST(TrainingState, NamesTheFileThatIsDamaged) {
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

}  // namespace
}  // namespace nmt::train

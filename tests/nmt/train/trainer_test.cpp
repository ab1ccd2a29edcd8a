#include "nmt/train/trainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include "data/text/error.h"
#include "nmt/config/arch_name.h"
#include "nmt/model/average.h"
#include "nmt/model/init.h"
#include "nmt/model/parameters.h"
#include "tests/nmt/decode/tiny_model.h"
#include "tests/nmt/train/toy_run.h"
#include "tests/testing/temp_folder.h"

namespace nmt::train::trainer_test {
namespace {

using nmt::testing::TempFolder;
using run_log::CheckpointRecord;
using run_log::EndRecord;
using run_log::SharpnessRecord;
using run_log::UpdateRecord;
using run_log::ValidRecord;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::records;
using testing::saved_updates;
using testing::toy_config;
using testing::toy_data;

bool exists(const TempFolder& folder, const std::string& name) {
  return std::filesystem::exists(folder.path(name));
}

TEST(Trainer, LearnsAndLeavesLogCheckpointsAndBest) {
  const TempFolder folder;
  const TrainingData data = toy_data(/*translated=*/4);
  config::TrainingConfig config = toy_config(data, folder.path("model"));
  config.schedule.max_updates = 32;
  config.schedule.validate_every = 16;
  config.schedule.save_every = 10;
  config.schedule.keep_last = 2;
  const EndRecord end = testing::train(config, data);
  EXPECT_EQ(end.update, 32);
  EXPECT_EQ(end.reason, "max-updates");
  EXPECT_EQ(end.status, "not_judged");  // Too short.

  const auto updates = records<UpdateRecord>(config.model_dir);
  ASSERT_EQ(updates.size(), 12u);  // 1, each third, and the last.
  EXPECT_EQ(updates.front().update, 1);
  EXPECT_EQ(updates.back().update, 32);
  EXPECT_LT(updates.back().loss, updates.front().loss - 0.5);
  EXPECT_EQ(updates.back().attention.size(), 4u);
  EXPECT_FALSE(updates.front().matrices.empty());
  EXPECT_TRUE(updates.back().matrices.empty());  // Measured every 200 updates.

  const auto valid = records<ValidRecord>(config.model_dir);
  ASSERT_EQ(valid.size(), 2u);
  EXPECT_LT(valid[1].nll, valid[0].nll);
  EXPECT_TRUE(valid[1].best);
  EXPECT_DOUBLE_EQ(valid[1].perplexity, std::exp(valid[1].nll));
  EXPECT_TRUE(valid[1].bleu.has_value());
  EXPECT_EQ(end.best, valid[1]);

  EXPECT_THAT(saved_updates(config.model_dir), ElementsAre(30, 32));
  const auto best = checkpoint::load_model(folder.path("model/best"));
  const auto last = checkpoint::load_model(folder.path("model/checkpoints/update-00000032"));
  testing::expect_same_bits(best.tensors, last.tensors);
  EXPECT_FALSE(exists(folder, "model/average"));
}

TEST(Trainer, ValidatesAtTheEndAndPublishesWhatItFinds) {
  const TempFolder folder;
  const TrainingData data = toy_data();
  config::TrainingConfig config = toy_config(data, folder.path("model"));
  config.schedule.max_updates = 10;
  config.schedule.save_every = 5;  // The last update is due for a checkpoint of its own.
  const EndRecord end = testing::train(config, data);
  ASSERT_TRUE(end.best.has_value());
  EXPECT_EQ(end.best->update, 10);
  testing::expect_same_bits(
      checkpoint::load_model(folder.path("model/best")).tensors,
      checkpoint::load_model(folder.path("model/checkpoints/update-00000010")).tensors);
}

TEST(Trainer, AModelThatEndsNoTranslationGetsNoBleuUnderAWideBound) {
  const TempFolder folder;
  const TrainingData data = toy_data(/*translated=*/4);
  config::TrainingConfig config = toy_config(data, "");
  model::Transformer endless(config.model);
  model::initialize(endless, /*seed=*/1);
  decode::testing::prefer(endless, /*piece=*/5);
  checkpoint::save_model(folder.path("endless"),
                         {.config = config.model,
                          .tensors = model::named_tensors(endless),
                          .vocabulary = data.vocabularies().target().serialized()});
  config.init_from = folder.path("endless");
  config.schedule.max_updates = 1;
  for (const int64_t pieces : {10, 600}) {
    config.model_dir = folder.path("pieces" + std::to_string(pieces));
    config.model.length_bound = config::LengthBound{.factor = 2.0, .pieces = pieces};
    testing::train(config, data);
    const auto valid = records<ValidRecord>(config.model_dir);
    const auto events = records<run_log::EventRecord>(config.model_dir);
    ASSERT_EQ(valid.size(), 2u);
    const bool gives_up = pieces == 600;
    EXPECT_EQ(valid[0].bleu.has_value(), !gives_up);
    EXPECT_EQ(std::ranges::count(events, "endless_translations", &run_log::EventRecord::kind),
              gives_up ? 2 : 0);
  }
}

TEST(Trainer, WithoutAValidSetTheLastModelIsPublished) {
  const TempFolder folder;
  const TrainingData data = toy_data(0, /*with_valid=*/false);
  const config::TrainingConfig config = toy_config(data, folder.path("model"));
  const EndRecord end = testing::train(config, data);
  EXPECT_FALSE(end.best.has_value());
  EXPECT_TRUE(records<ValidRecord>(config.model_dir).empty());
  testing::expect_same_bits(
      checkpoint::load_model(folder.path("model/best")).tensors,
      checkpoint::load_model(folder.path("model/checkpoints/update-00000010")).tensors);
}

TEST(Trainer, EndsAtEachLimit) {
  const TempFolder folder;
  const TrainingData data = toy_data(0, /*with_valid=*/false);
  config::TrainingConfig config = toy_config(data, folder.path("epochs"));
  config.schedule.max_updates = 0;
  config.schedule.max_epochs = 2;
  const EndRecord epochs = testing::train(config, data);
  EXPECT_EQ(epochs.reason, "max-epochs");
  const auto updates = records<UpdateRecord>(config.model_dir);
  EXPECT_EQ(updates.back().tokens, 2 * data.train.target_tokens());

  config.model_dir = folder.path("minutes");
  config.schedule.max_epochs = 0;
  config.schedule.max_minutes = 0.3 / 60.0;
  const EndRecord minutes = testing::train(config, data);
  EXPECT_EQ(minutes.reason, "max-minutes");
  EXPECT_GE(minutes.seconds, 0.3);
}

// The limit falls inside an update, which is finished; a resume with a higher one goes on.
TEST(Trainer, EndsAfterTheUpdateThatReachesTheTokenLimit) {
  const TempFolder folder;
  const TrainingData data = toy_data(0, /*with_valid=*/false);
  config::TrainingConfig config = toy_config(data, folder.path("whole"));
  config.schedule.log_every = 1;
  testing::train(config, data);
  const auto whole = records<UpdateRecord>(config.model_dir);
  ASSERT_EQ(whole.size(), 10u);

  config.model_dir = folder.path("limited");
  config.schedule.max_target_tokens = whole[3].tokens + 1;
  const EndRecord limited = testing::train(config, data);
  EXPECT_EQ(limited.reason, "max-target-tokens");
  EXPECT_EQ(limited.update, 5);
  EXPECT_EQ(records<UpdateRecord>(config.model_dir).back().tokens, whole[4].tokens);

  config.schedule.max_target_tokens = whole[6].tokens;
  EXPECT_EQ(testing::train(config, data).update, 7);
  config.schedule.max_target_tokens = 0;
  EXPECT_EQ(testing::train(config, data).reason, "max-updates");
  testing::expect_same_bits(
      checkpoint::load_model(folder.path("limited/checkpoints/update-00000010")).tensors,
      checkpoint::load_model(folder.path("whole/checkpoints/update-00000010")).tensors);
}

TEST(Trainer, PatienceCountsValidationsSinceTheBest) {
  const TempFolder folder;
  const TrainingData data = toy_data();
  config::TrainingConfig config = toy_config(data, folder.path("model"));
  config.optimization.learning_rate = 10.0;  // Every step makes things worse.
  config.optimization.warmup_updates = 0;
  config.optimization.lr_schedule = config::LrSchedule::kConstant;
  config.schedule.max_updates = 200;
  config.schedule.validate_every = 2;
  config.schedule.patience = 3;
  const EndRecord end = testing::train(config, data);
  EXPECT_EQ(end.reason, "patience");
  const auto valid = records<ValidRecord>(config.model_dir);
  ASSERT_GE(valid.size(), 4u);
  EXPECT_TRUE(valid[valid.size() - 4].best);
  for (size_t i = valid.size() - 3; i < valid.size(); ++i) EXPECT_FALSE(valid[i].best);
  EXPECT_EQ(end.best->update, valid[valid.size() - 4].update);
  EXPECT_THAT(saved_updates(config.model_dir).back(), end.update);
}

TEST(Trainer, WritesTheFoldedAverageOfTheLastCheckpoints) {
  const TempFolder folder;
  const TrainingData data = toy_data();
  config::TrainingConfig config = toy_config(data, folder.path("model"));
  config.schedule.save_every = 3;
  config.schedule.keep_last = 4;
  config.schedule.average_last = 2;
  testing::train(config, data);
  EXPECT_THAT(saved_updates(config.model_dir), ElementsAre(3, 6, 9, 10));
  const auto average = checkpoint::load_model(folder.path("model/average"));
  EXPECT_TRUE(average.folded);
  const auto expected = model::average({folder.path("model/checkpoints/update-00000009"),
                                        folder.path("model/checkpoints/update-00000010")});
  testing::expect_same_bits(average.tensors, expected.tensors);
}

TEST(Trainer, TheAverageBeginsAtTheLastChangeOfTemperature) {
  const TempFolder folder;
  const TrainingData data = toy_data();
  config::TrainingConfig config = toy_config(data, folder.path("model"));
  config.schedule.save_every = 3;
  config.schedule.keep_last = 4;
  config.schedule.average_last = 3;
  config.stability.attention_temperature_at = config::parse_temperature_changes("9:0.5,20:1");
  testing::train(config, data);
  ASSERT_THAT(saved_updates(config.model_dir), ElementsAre(3, 6, 9, 10));
  testing::expect_same_bits(checkpoint::load_model(folder.path("model/average")).tensors,
                            model::average({folder.path("model/checkpoints/update-00000009"),
                                            folder.path("model/checkpoints/update-00000010")})
                                .tensors);
  const auto events = records<run_log::EventRecord>(config.model_dir);
  EXPECT_EQ(events.front().kind, "average");
  EXPECT_EQ(events.front().update, 0) << "said before hours of training";
  const auto& event = events.back();
  EXPECT_EQ(event.kind, "average");
  EXPECT_EQ(event.message,
            "average/ is the mean of 2 checkpoints in place of 3: those before update 9 have other "
            "attention temperatures");
  EXPECT_EQ(event.fields["checkpoints"], 2);

  config.schedule.max_updates = 11;  // Goes on to a change that leaves one checkpoint.
  config.stability.attention_temperature_at = config::parse_temperature_changes("11:0.25");
  testing::train(config, data);
  EXPECT_FALSE(exists(folder, "model/average")) << "that of update 10";

  config.model_dir = folder.path("late");
  config.stability.attention_temperature_at = config::parse_temperature_changes("10:0.5");
  EXPECT_EQ(testing::train(config, data).reason, "max-updates");
  EXPECT_FALSE(exists(folder, "late/average"));
  EXPECT_THAT(records<run_log::EventRecord>(config.model_dir).back().message,
              HasSubstr("there is no average/"));
}

TEST(Trainer, AnAverageThatFailsCostsNoEndRecord) {
  const TempFolder folder;
  const TrainingData data = toy_data();
  config::TrainingConfig config = toy_config(data, folder.path("model"));
  config.schedule.save_every = 5;
  config.schedule.average_last = 2;
  std::filesystem::create_directories(folder.path("model/average"));
  folder.write("model/average/thesis.tex", "years of work");
  EXPECT_THAT(nmt::testing::message_of<InputError>([&] { testing::train(config, data); }),
              HasSubstr("thesis.tex"));
  ASSERT_EQ(records<EndRecord>(config.model_dir).size(), 1u);
  EXPECT_EQ(records<EndRecord>(config.model_dir)[0].reason, "max-updates");
}

TEST(Trainer, EndsWhereItsLearningRateComesToZero) {
  const TempFolder folder;
  const TrainingData data = toy_data();
  config::TrainingConfig config = toy_config(data, folder.path("model"));
  config.optimization.lr_schedule = config::LrSchedule::kCosine;
  config.optimization.lr_decay_updates = 8;
  config.schedule.max_updates = 0;
  const EndRecord end = testing::train(config, data);
  EXPECT_EQ(end.update, 8);
  EXPECT_EQ(end.reason, "lr-decay-updates");
  config.optimization.final_learning_rate = 1e-4;
  config.schedule.max_updates = 11;
  EXPECT_EQ(testing::train(config, data).update, 11);
}

TEST(Trainer, ReportsLearnedResidualFactorsAtTheStart) {
  const TrainingData data = toy_data();
  const TempFolder folder;
  config::TrainingConfig config = toy_config(data, folder.path("model"));
  config.model.architecture = config::parse_architecture("admin-2L-1L");
  config.schedule.max_updates = 1;
  testing::train(config, data);
  const auto scales = records<run_log::ConfigRecord>(config.model_dir).front().init_scales;
  EXPECT_EQ(scales.at("encoder.layers.0.self_attn_omega"), 1.0);
  EXPECT_GT(scales.at("encoder.layers.1.ffn_omega").get<double>(), 1.0);
  EXPECT_GT(scales.at("decoder.layers.0.cross_attn_omega").get<double>(), 1.0);
}

TEST(Trainer, GivesUpAfterUpdatesThatAreNotFinite) {
  const TempFolder folder;
  const TrainingData data = toy_data();
  config::TrainingConfig config = toy_config(data, folder.path("model"));
  config.model.architecture.linear = layers::LinearKind::kPlain;
  config.optimization.clip_norm = 0.0;
  config.optimization.warmup_updates = 0;
  config.optimization.learning_rate = 1e38;  // Overflows at the second update.
  config.schedule.max_bad_updates = 4;
  const EndRecord end = testing::train(config, data);
  EXPECT_EQ(end.status, "diverged");
  EXPECT_EQ(end.reason, "non-finite");
  EXPECT_FALSE(end.best.has_value());
  const auto events = records<run_log::EventRecord>(config.model_dir);
  const auto skipped = std::find_if(events.begin(), events.end(),
                                    [](const auto& event) { return event.kind == "non_finite"; });
  ASSERT_NE(skipped, events.end());
  EXPECT_THAT(skipped->message, HasSubstr("the update was skipped (1 of 4 in a row)"));
  EXPECT_FALSE(skipped->fields["lines"].empty());
}

}  // namespace
}  // namespace nmt::train::trainer_test

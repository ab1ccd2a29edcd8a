#include "nmt/train/trainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <map>

#include "data/text/error.h"
#include "nmt/checkpoint/average.h"
#include "nmt/config/arch_name.h"
#include "tests/nmt/train/toy_run.h"
#include "tests/testing/temp_folder.h"

namespace nmt::train {
namespace {

using nmt::testing::TempFolder;
using stability::CheckpointRecord;
using stability::EndRecord;
using stability::SharpnessRecord;
using stability::UpdateRecord;
using stability::ValidRecord;
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
  EXPECT_EQ(end.status, "ok");

  const auto updates = records<UpdateRecord>(config.model_dir);
  ASSERT_EQ(updates.size(), 12u);  // 1, each third, and the last.
  EXPECT_EQ(updates.front().update, 1);
  EXPECT_EQ(updates.back().update, 32);
  EXPECT_LT(updates.back().loss, updates.front().loss - 0.5);
  EXPECT_EQ(updates.back().attention.size(), 4u);
  EXPECT_FALSE(updates.back().matrices.empty());

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
  config.optimization.lr_schedule = "constant";
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
  const auto expected = checkpoint::average({folder.path("model/checkpoints/update-00000009"),
                                             folder.path("model/checkpoints/update-00000010")});
  testing::expect_same_bits(average.tensors, expected.tensors);
}

// Dropout, σ, accumulation and records that do not fall together with checkpoints: all that a
// checkpoint must carry.
config::TrainingConfig demanding_config(const TrainingData& data, const std::string& model_dir) {
  config::TrainingConfig config = toy_config(data, model_dir);
  config.model.dropout = 0.2;
  config.model.attention_dropout = 0.1;
  config.data.update_freq = 2;
  config.data.max_tokens = 300;
  config.schedule.max_updates = 40;
  config.schedule.validate_every = 7;
  config.schedule.save_every = 5;
  config.threads = 2;
  return config;
}

// The log without times and without what depends on where runs were stopped: checkpoint lines.
std::vector<std::string> comparable_log(const std::string& model_dir) {
  std::vector<std::string> lines;
  for (const stability::RunRecord& record : stability::read_run(model_dir + "/run.jsonl")) {
    if (std::holds_alternative<CheckpointRecord>(record)) continue;
    nlohmann::ordered_json json = stability::to_json(record);
    for (const std::string_view field : stability::machine_fields()) json.erase(std::string(field));
    if (json.contains("config")) json["config"].erase("model-dir");
    lines.push_back(json.dump());
  }
  return lines;
}

checkpoint::ModelFolder newest_model(const config::TrainingConfig& config) {
  return checkpoint::load_model(
      checkpoint::CheckpointSet(config.model_dir + "/checkpoints").newest()->folder);
}

checkpoint::TrainingState newest_state(const config::TrainingConfig& config) {
  return checkpoint::load_training_state(
      checkpoint::CheckpointSet(config.model_dir + "/checkpoints").newest()->folder);
}

void expect_same_run(const std::string& a, const std::string& b) {
  const auto newest_a = checkpoint::CheckpointSet(a + "/checkpoints").newest()->folder;
  const auto newest_b = checkpoint::CheckpointSet(b + "/checkpoints").newest()->folder;
  testing::expect_same_bits(checkpoint::load_model(newest_a).tensors,
                            checkpoint::load_model(newest_b).tensors);
  testing::expect_same_bits(checkpoint::load_training_state(newest_a).optimizer,
                            checkpoint::load_training_state(newest_b).optimizer);
  EXPECT_EQ(comparable_log(a), comparable_log(b));
}

TEST(Trainer, ResumingContinuesBitForBit) {
  const TempFolder folder;
  const TrainingData data = toy_data();
  const config::TrainingConfig whole = demanding_config(data, folder.path("whole"));
  testing::train(whole, data);
  const auto updates = records<UpdateRecord>(whole.model_dir);
  EXPECT_GE(updates.back().epoch, 2) << "the run must cross an epoch's end";

  const config::TrainingConfig pieces = demanding_config(data, folder.path("pieces"));
  for (const int64_t stop_after : {1, 8, 14, 15, 27, 40}) {
    const EndRecord end = testing::train(pieces, data, stop_after);
    EXPECT_EQ(end.update, stop_after);
    EXPECT_EQ(end.reason, stop_after == 40 ? "max-updates" : "interrupted");
  }
  expect_same_run(whole.model_dir, pieces.model_dir);
}

TEST(Trainer, MeasuringSharpnessChangesNoBit) {
  const TempFolder folder;
  const TrainingData data = toy_data();
  const config::TrainingConfig without = demanding_config(data, folder.path("without"));
  config::TrainingConfig with = demanding_config(data, folder.path("with"));
  with.schedule.sharpness_every = 9;
  with.schedule.sharpness_tokens = 100;
  testing::train(without, data);
  testing::train(with, data);
  testing::expect_same_bits(newest_model(without).tensors, newest_model(with).tensors);
  testing::expect_same_bits(newest_state(without).optimizer, newest_state(with).optimizer);
  EXPECT_EQ(records<ValidRecord>(without.model_dir), records<ValidRecord>(with.model_dir));
  EXPECT_TRUE(records<SharpnessRecord>(without.model_dir).empty());

  const auto sharpness = records<SharpnessRecord>(with.model_dir);
  std::vector<int64_t> updates;
  for (const SharpnessRecord& record : sharpness) {
    updates.push_back(record.update);
    EXPECT_GT(record.sharpness, 0.0);
    EXPECT_GT(record.iterations, 1);
    EXPECT_EQ(record.preconditioned.has_value(), record.update > 0);
  }
  EXPECT_THAT(updates, ElementsAre(0, 9, 18, 27, 36));
}

TEST(Trainer, SharpnessIsTheSameInPieces) {
  const TempFolder folder;
  const TrainingData data = toy_data();
  config::TrainingConfig whole = demanding_config(data, folder.path("whole"));
  whole.schedule.sharpness_every = 5;
  whole.schedule.sharpness_tokens = 100;
  testing::train(whole, data);
  config::TrainingConfig pieces = whole;
  pieces.model_dir = folder.path("pieces");
  for (const int64_t stop_after : {1, 10, 14, 40}) testing::train(pieces, data, stop_after);
  EXPECT_EQ(records<SharpnessRecord>(pieces.model_dir).size(), 9u);
  expect_same_run(whole.model_dir, pieces.model_dir);
}

// LAMB with a rate so high that the validation loss rises: the plateau is reached again and again.
config::TrainingConfig plateau_config(const TrainingData& data, const std::string& model_dir) {
  config::TrainingConfig config = toy_config(data, model_dir);
  config.optimization.optimizer = "lamb";
  config.optimization.weight_decay = 0.01;
  config.optimization.learning_rate = 0.5;
  config.optimization.warmup_updates = 4;
  config.optimization.lr_schedule = "plateau";
  config.optimization.lr_decay_factor = 0.7;
  config.optimization.lr_decay_patience = 2;
  config.schedule.max_updates = 24;
  config.schedule.log_every = 1;
  config.schedule.validate_every = 2;
  config.schedule.save_every = 5;
  return config;
}

TEST(Trainer, PlateauLowersTheLearningRateAndSaysSo) {
  const TempFolder folder;
  const TrainingData data = toy_data();
  const config::TrainingConfig config = plateau_config(data, folder.path("model"));
  testing::train(config, data);
  // The rule, worked from the log: two validations without a better nll, from update 4 on.
  std::map<int64_t, double> lowered;
  double best = INFINITY, factor = 1.0;
  int bad = 0;
  for (const ValidRecord& valid : records<ValidRecord>(config.model_dir)) {
    if (valid.update < 4) continue;
    bad = valid.nll < best ? 0 : bad + 1;
    best = std::min(best, valid.nll);
    if (bad == 2) {
      lowered[valid.update] = factor *= 0.7;
      bad = 0;
    }
  }
  ASSERT_GE(lowered.size(), 2u) << "the run must reach its plateau";
  std::map<int64_t, double> logged;
  for (const auto& event : records<stability::EventRecord>(config.model_dir)) {
    if (event.kind != "learning_rate") continue;
    EXPECT_EQ(event.fields.size(), 2u);
    EXPECT_EQ(event.fields.at("cause"), "plateau");
    EXPECT_THAT(event.message, HasSubstr("2 validations without a better nll than"));
    logged[event.update] = event.fields.at("factor").get<double>();
  }
  EXPECT_EQ(logged, lowered);
  for (const UpdateRecord& update : records<UpdateRecord>(config.model_dir)) {
    double expected = 0.5 * std::min(1.0, update.update / 4.0);
    const auto next = lowered.lower_bound(update.update);
    if (next != lowered.begin()) expected *= std::prev(next)->second;
    EXPECT_DOUBLE_EQ(update.learning_rate, expected) << update.update;
  }
}

TEST(Trainer, ResumingWithLambAndPlateauContinuesBitForBit) {
  const TempFolder folder;
  const TrainingData data = toy_data();
  const config::TrainingConfig whole = plateau_config(data, folder.path("whole"));
  testing::train(whole, data);
  const config::TrainingConfig pieces = plateau_config(data, folder.path("pieces"));
  for (const int64_t stop_after : {3, 9, 16, 24}) testing::train(pieces, data, stop_after);
  expect_same_run(whole.model_dir, pieces.model_dir);
}

TEST(Trainer, ResumingContinuesBitForBitInEveryParametrisation) {
  const TrainingData data = toy_data();
  for (const char* name : {"admin-weightnorm-qknorm-2L-1L", "rezero-spectralnorm-2L-1L",
                           "layerscale-2L-1L", "b2t-sigma-2L-1L"}) {
    SCOPED_TRACE(name);
    const TempFolder folder;
    const auto configured = [&](const char* where) {
      config::TrainingConfig config = demanding_config(data, folder.path(where));
      config.model.architecture = config::parse_architecture(name);
      config.schedule.max_updates = 6;
      return config;
    };
    testing::train(configured("whole"), data);
    testing::train(configured("pieces"), data, /*stop_after=*/3);
    EXPECT_EQ(testing::train(configured("pieces"), data).update, 6);
    expect_same_run(folder.path("whole"), folder.path("pieces"));
  }
}

TEST(Trainer, ReportsLearnedResidualFactorsAtTheStart) {
  const TrainingData data = toy_data();
  const TempFolder folder;
  config::TrainingConfig config = toy_config(data, folder.path("model"));
  config.model.architecture = config::parse_architecture("admin-2L-1L");
  config.schedule.max_updates = 1;
  testing::train(config, data);
  const auto scales = records<stability::ConfigRecord>(config.model_dir).front().init_scales;
  EXPECT_EQ(scales.at("encoder.layers.0.self_attn_omega"), 1.0);
  EXPECT_GT(scales.at("encoder.layers.1.ffn_omega").get<double>(), 1.0);
  EXPECT_GT(scales.at("decoder.layers.0.cross_attn_omega").get<double>(), 1.0);
}

TEST(Trainer, ALostProcessCostsOnlyTheUpdatesSinceItsCheckpoint) {
  const TempFolder folder;
  const TrainingData data = toy_data();
  const config::TrainingConfig whole = demanding_config(data, folder.path("whole"));
  testing::train(whole, data);
  const config::TrainingConfig killed = demanding_config(data, folder.path("killed"));
  testing::train(killed, data, /*stop_after=*/23);
  std::filesystem::remove_all(folder.path("killed/checkpoints/update-00000023"));
  EXPECT_EQ(testing::train(killed, data).update, 40);
  expect_same_run(whole.model_dir, killed.model_dir);
}

TEST(Trainer, AResumedRunThatHasMetItsLimitEndsAsItDid) {
  const TempFolder folder;
  const TrainingData data = toy_data();
  const config::TrainingConfig config = demanding_config(data, folder.path("model"));
  const EndRecord first = testing::train(config, data);
  const auto log = comparable_log(config.model_dir);
  const EndRecord second = testing::train(config, data);
  EXPECT_EQ(second.reason, first.reason);
  EXPECT_EQ(second.best, first.best);
  EXPECT_EQ(comparable_log(config.model_dir), log);
}

TEST(Trainer, RefusesToResumeOnOtherSentences) {
  const TempFolder folder;
  const TrainingData data = toy_data();
  const config::TrainingConfig config = toy_config(data, folder.path("model"));
  testing::train(config, data);
  TrainingData fewer = toy_data();
  fewer.train = *fewer.valid;
  const std::string message =
      nmt::testing::message_of<InputError>([&] { testing::train(config, fewer); });
  EXPECT_THAT(message, HasSubstr("trained on 120 sentence pairs, the training sets now give 8"));
  EXPECT_THAT(message, HasSubstr("state.json"));
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
  EXPECT_EQ(end.status, "failed");
  EXPECT_EQ(end.reason, "non-finite");
  EXPECT_FALSE(end.best.has_value());
  const auto events = records<stability::EventRecord>(config.model_dir);
  const auto skipped = std::find_if(events.begin(), events.end(),
                                    [](const auto& event) { return event.kind == "non_finite"; });
  ASSERT_NE(skipped, events.end());
  EXPECT_THAT(skipped->message, HasSubstr("the update was skipped (1 of 4 in a row)"));
  EXPECT_FALSE(skipped->fields["lines"].empty());
}

}  // namespace
}  // namespace nmt::train

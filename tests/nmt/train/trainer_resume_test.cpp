// Runs that are stopped and go on: the same bits as runs that never were; runs that branch off.

#include "nmt/train/trainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <map>

#include "data/text/error.h"
#include "nmt/config/arch_name.h"
#include "tests/nmt/train/toy_run.h"
#include "tests/testing/temp_folder.h"

namespace nmt::train::trainer_resume_test {
namespace {

using nmt::testing::TempFolder;
using run_log::CheckpointRecord;
using run_log::EndRecord;
using run_log::SharpnessRecord;
using run_log::UpdateRecord;
using run_log::ValidRecord;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::records;
using testing::saved_updates;
using testing::toy_config;
using testing::toy_data;

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
  for (const run_log::RunRecord& record : run_log::read_run(model_dir + "/run.jsonl.gz")) {
    if (std::holds_alternative<CheckpointRecord>(record)) continue;
    nlohmann::ordered_json json = run_log::to_json(record);
    for (const std::string_view field : run_log::kMachineKeys) json.erase(std::string(field));
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

void expect_same_state(const checkpoint::TrainingState& a, const checkpoint::TrainingState& b) {
  testing::expect_same_bits(a.optimizer, b.optimizer);
  testing::expect_same_bits(a.statistics, b.statistics);
}

void expect_same_run(const std::string& a, const std::string& b) {
  const auto newest_a = checkpoint::CheckpointSet(a + "/checkpoints").newest()->folder;
  const auto newest_b = checkpoint::CheckpointSet(b + "/checkpoints").newest()->folder;
  testing::expect_same_bits(checkpoint::load_model(newest_a).tensors,
                            checkpoint::load_model(newest_b).tensors);
  expect_same_state(checkpoint::load_training_state(newest_a),
                    checkpoint::load_training_state(newest_b));
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
  for (const int64_t stop_after : {1, 8, 14, 15, 27, 40}) {  // 14 and 40 have validations.
    const EndRecord end = testing::train(pieces, data, stop_after);
    EXPECT_EQ(end.update, stop_after);
    EXPECT_EQ(end.reason, "interrupted");
  }
  EXPECT_EQ(testing::train(pieces, data).reason, "max-updates");
  expect_same_run(whole.model_dir, pieces.model_dir);
}

// Every second update ends in a validation, the best one so far; that of update 6 is not made
// before the stop.
TEST(Trainer, AValidationThatAStopCutsShortIsMadeUpFor) {
  const TempFolder folder;
  const TrainingData data = toy_data(/*translated=*/4);
  const auto configured = [&](const char* where) {
    config::TrainingConfig config = toy_config(data, folder.path(where));
    config.schedule.max_updates = 8;
    config.schedule.validate_every = 2;
    config.schedule.valid_bleu_segments = 4;
    config.schedule.log_every = 5;
    return config;
  };
  testing::train(configured("whole"), data);
  const auto pieces = configured("pieces");
  EXPECT_EQ(testing::train(pieces, data, /*stop_after=*/6).reason, "interrupted");
  EXPECT_EQ(records<ValidRecord>(pieces.model_dir).back().update, 4);
  EXPECT_EQ(saved_updates(pieces.model_dir).back(), 6);
  EXPECT_TRUE(newest_state(pieces).state.at("validation_due"));
  testing::train(pieces, data, /*stop_after=*/7);
  EXPECT_EQ(records<ValidRecord>(pieces.model_dir).back().update, 6);
  testing::expect_same_bits(
      checkpoint::load_model(folder.path("pieces/best")).tensors,
      checkpoint::load_model(folder.path("pieces/checkpoints/update-00000006")).tensors);
  testing::train(pieces, data, /*stop_after=*/8);
  EXPECT_EQ(testing::train(pieces, data).reason, "max-updates");
  expect_same_run(folder.path("whole"), pieces.model_dir);
  testing::expect_same_bits(checkpoint::load_model(folder.path("whole/best")).tensors,
                            checkpoint::load_model(folder.path("pieces/best")).tensors);
}

// The update that ends patience has no record of its own before that is known.
TEST(Trainer, AStopInTheValidationThatEndsPatienceLosesNoRecord) {
  const TempFolder folder;
  const TrainingData data = toy_data();
  const auto configured = [&](const char* where) {
    config::TrainingConfig config = toy_config(data, folder.path(where));
    config.optimization.learning_rate = 2.0;  // Nothing becomes better.
    config.schedule.max_updates = 100;
    config.schedule.validate_every = 2;
    config.schedule.patience = 1;
    config.schedule.log_every = 50;
    config.stability.statistics_every = 0;
    config.stability.matrices_every = 0;
    return config;
  };
  const EndRecord end = testing::train(configured("whole"), data);
  ASSERT_EQ(end.reason, "patience");
  testing::train(configured("pieces"), data, /*stop_after=*/end.update);
  EXPECT_EQ(testing::train(configured("pieces"), data).reason, "patience");
  EXPECT_EQ(comparable_log(folder.path("pieces")), comparable_log(folder.path("whole")));
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
  expect_same_state(newest_state(without), newest_state(with));
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
  for (const int64_t stop_after : {1, 10, 14, 0}) testing::train(pieces, data, stop_after);
  EXPECT_EQ(records<SharpnessRecord>(pieces.model_dir).size(), 9u);
  expect_same_run(whole.model_dir, pieces.model_dir);
}

// LAMB with a rate so high that the validation loss rises: the plateau is reached again and again.
config::TrainingConfig plateau_config(const TrainingData& data, const std::string& model_dir) {
  config::TrainingConfig config = toy_config(data, model_dir);
  config.optimization.optimizer = config::OptimizerKind::kLamb;
  config.optimization.weight_decay = 0.01;
  config.optimization.learning_rate = 0.5;
  config.optimization.warmup_updates = 4;
  config.optimization.lr_schedule = config::LrSchedule::kPlateau;
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
  for (const auto& event : records<run_log::EventRecord>(config.model_dir)) {
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
  for (const int64_t stop_after : {3, 9, 16, 24, 0}) testing::train(pieces, data, stop_after);
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

TEST(Trainer, RefusesToResumeOnOtherText) {
  const TempFolder folder;
  const TrainingData data = toy_data();
  config::TrainingConfig config = toy_config(data, folder.path("model"));
  testing::train(config, data);
  config.data.train_sets = {"a.en", "a.de"};
  config.data.valid_sets = {"v.en", "v.de"};
  config.schedule.max_updates = 12;
  const auto log = comparable_log(config.model_dir);
  const auto refusal = [&](const TrainingData& other) {
    return nmt::testing::message_of<InputError>([&] { testing::train(config, other); });
  };
  TrainingData fewer = toy_data();
  fewer.train = *fewer.valid;
  EXPECT_THAT(refusal(fewer), AllOf(HasSubstr("a.en: is not the text that the run began with"),
                                    HasSubstr("120 segments"), HasSubstr("here 8 and")));
  // As many pairs, of which one target alone is another.
  const data::ToyCorpus toy = data::make_toy_corpus(5, {.train = 120, .valid = 8, .test = 0});
  auto pairs = testing::plain_pairs(toy.valid);
  std::swap(pairs[3].target, pairs[4].target);
  TrainingData swapped = toy_data();
  swapped.valid = data::ParallelCorpus::from_pairs(pairs, data.vocabularies(), {});
  EXPECT_THAT(refusal(swapped), HasSubstr("v.de: is not the text that the run began with"));
  EXPECT_THAT(refusal(toy_data(0, /*with_valid=*/false)),
              HasSubstr("valid-sets: the run began with a validation set"));
  EXPECT_EQ(comparable_log(config.model_dir), log) << "a refused run changes nothing";
  EXPECT_EQ(testing::train(config, toy_data()).update, 12);
}

// A checkpoint of an earlier version knows the number of pairs alone.
TEST(Trainer, ACheckpointWithoutChecksumsIsJudgedByItsPairs) {
  const TempFolder folder;
  const TrainingData data = toy_data();
  config::TrainingConfig config = toy_config(data, folder.path("model"));
  testing::train(config, data);
  const std::string newest = folder.path("model/checkpoints/update-00000010");
  checkpoint::TrainingState training = checkpoint::load_training_state(newest);
  training.state.erase("data");
  checkpoint::save_checkpoint(newest, checkpoint::load_model(newest), training);
  config.schedule.max_updates = 12;
  TrainingData fewer = toy_data();
  fewer.train = *fewer.valid;
  EXPECT_THAT(nmt::testing::message_of<InputError>([&] { testing::train(config, fewer); }),
              AllOf(HasSubstr("trained on 120 sentence pairs, the training sets now give 8"),
                    HasSubstr("state.json")));
  EXPECT_EQ(testing::train(config, data).update, 12);
}

TEST(Trainer, ABranchWithoutAChangeGoesOnAsItsParent) {
  const TempFolder folder;
  const TrainingData data = toy_data();
  const config::TrainingConfig parent = demanding_config(data, folder.path("parent"));
  testing::train(parent, data);
  config::TrainingConfig branch = parent;
  branch.model_dir = folder.path("branch");
  std::filesystem::create_directory(branch.model_dir);
  std::atomic<bool> stop = false;
  run_log::RunLog log(branch.model_dir + "/run.jsonl.gz");
  LogObserver history(log);
  const std::string from =
      checkpoint::CheckpointSet(parent.model_dir + "/checkpoints").all()[0].folder;
  const int64_t start =
      checkpoint::CheckpointSet(parent.model_dir + "/checkpoints").all()[0].update;
  const run_log::EventRecord event{.update = start, .kind = "branch", .message = "goes on"};
  Trainer(branch, data, history, stop,
          {.checkpoint = from, .update = start, .branches = true, .events = {event}})
      .run();
  testing::expect_same_bits(newest_model(branch).tensors, newest_model(parent).tensors);
  expect_same_state(newest_state(branch), newest_state(parent));
  ASSERT_EQ(records<run_log::EventRecord>(branch.model_dir).front(), event);
  EXPECT_GT(records<UpdateRecord>(branch.model_dir).front().update, start);
}

}  // namespace
}  // namespace nmt::train::trainer_resume_test

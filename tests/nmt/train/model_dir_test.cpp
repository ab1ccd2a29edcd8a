#include "nmt/train/model_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "data/text/error.h"
#include "nmt/config/config_json.h"
#include "tests/nmt/train/toy_run.h"
#include "tests/testing/temp_folder.h"

namespace nmt::train::model_dir_test {
namespace {

using nmt::testing::message_of;
using nmt::testing::TempFolder;
using ::testing::AllOf;
using ::testing::HasSubstr;

class ModelDirTest : public ::testing::Test {
 protected:
  ModelDirTest() : data_(testing::toy_data(0, /*with_valid=*/false)) {
    command_.config = testing::toy_config(data_, folder_.path("model"));
  }

  void train_a_run() {
    command_.config.schedule.save_every = 5;
    testing::train(command_.config, data_);
  }

  TempFolder folder_;
  TrainingData data_;
  config::TrainingCommand command_;
};

TEST_F(ModelDirTest, CreatesTheFolderAndStartsAnew) {
  RunStart start = prepare_model_dir(command_);
  EXPECT_TRUE(std::filesystem::is_directory(folder_.path("model")));
  EXPECT_THAT(start.origin.opening, HasSubstr("toy grammar"));
  EXPECT_FALSE(start.origin.at.checkpoint.has_value());
  EXPECT_FALSE(start.origin.vocabulary.has_value());
}

TEST_F(ModelDirTest, ARunThatDoesNotBeginLeavesNoFolderBehind) {
  command_.config.model_dir = folder_.path("runs/first/model");
  { const RunStart refused = prepare_model_dir(command_); }
  EXPECT_FALSE(std::filesystem::exists(folder_.path("runs")));
  std::filesystem::create_directory(folder_.path("runs"));
  { const RunStart refused = prepare_model_dir(command_); }
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path("runs"))) << "what was there stays";
  {
    RunStart begun = prepare_model_dir(command_);
    discard_what_is_replaced(begun);
  }
  EXPECT_TRUE(std::filesystem::exists(folder_.path("runs/first/model")));
}

TEST_F(ModelDirTest, AFolderThatHoldsSomethingIsRefused) {
  std::filesystem::create_directory(folder_.path("model"));
  folder_.write("model/thesis.tex", "years of work");
  EXPECT_THAT(message_of<UsageError>([&] { prepare_model_dir(command_); }),
              AllOf(HasSubstr("is not empty"), HasSubstr("--resume"), HasSubstr("--overwrite")));
}

TEST_F(ModelDirTest, OverwriteRemovesPipedTextUnlessTheNewRunReadsIt) {
  train_a_run();
  std::filesystem::create_directory(folder_.path("model/piped-text"));
  const std::string kept = folder_.write("model/piped-text/train.src", "text");
  command_.config.overwrite = true;
  command_.set_keys = {"train-sets"};
  const auto begin_with = [&](const std::string& source) {
    command_.config.data.train_sets = {source, folder_.path("train.de")};
    RunStart start = prepare_model_dir(command_);
    discard_what_is_replaced(start);
  };
  begin_with(kept);
  EXPECT_EQ(folder_.read("model/piped-text/train.src"), "text");
  begin_with(folder_.path("train.en"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path("model/piped-text")));
}

// A run that was killed while it read a pipe has nothing else in its folder.
TEST_F(ModelDirTest, WhatAKilledProcessLeftIsNoRunToOverwrite) {
  std::filesystem::create_directories(folder_.path("model/.piped-text.deepnmt-new"));
  folder_.write("model/.piped-text.deepnmt-new/train.src", "half");
  prepare_model_dir(command_);
  EXPECT_FALSE(std::filesystem::exists(folder_.path("model/.piped-text.deepnmt-new")));
}

TEST_F(ModelDirTest, OverwriteRemovesWhatRunsWriteAndNothingElse) {
  train_a_run();
  folder_.write("model/thesis.tex", "years of work");
  std::filesystem::create_directory(folder_.path("model/tensorboard"));
  command_.config.overwrite = true;
  RunStart start = prepare_model_dir(command_);
  EXPECT_TRUE(std::filesystem::exists(folder_.path("model/run.jsonl.gz"))) << "not before its time";
  discard_what_is_replaced(start);
  EXPECT_FALSE(start.origin.at.checkpoint.has_value());
  for (const char* name :
       {"model/run.jsonl.gz", "model/checkpoints", "model/best", "model/tensorboard"}) {
    EXPECT_FALSE(std::filesystem::exists(folder_.path(name))) << name;
  }
  EXPECT_EQ(folder_.read("model/thesis.tex"), "years of work");
}

TEST_F(ModelDirTest, ResumeFindsTheNewestCheckpointAndCutsTheLog) {
  train_a_run();
  std::filesystem::remove_all(folder_.path("model/checkpoints/update-00000010"));
  command_.config.resume = true;
  RunStart start = prepare_model_dir(command_);
  EXPECT_EQ(start.origin.at.checkpoint, folder_.path("model/checkpoints/update-00000005"));
  EXPECT_EQ(start.origin.at.update, 5);
  EXPECT_EQ(start.origin.vocabulary, data_.vocabularies().target().serialized());
  EXPECT_EQ(testing::records<run_log::EndRecord>(folder_.path("model")).size(), 1u);
  discard_what_is_replaced(start);
  EXPECT_TRUE(testing::records<run_log::EndRecord>(folder_.path("model")).empty());
  EXPECT_EQ(testing::records<run_log::UpdateRecord>(folder_.path("model")).back().update, 3);
}

TEST_F(ModelDirTest, ResumeRemovesWhatAKilledProcessLeft) {
  train_a_run();
  const std::string half = folder_.path("model/checkpoints/.update-00000015.deepnmt-new");
  const std::string half_best = folder_.path("model/.best.deepnmt-new");
  std::filesystem::create_directory(half);
  std::filesystem::create_directory(half_best);
  command_.config.resume = true;
  EXPECT_EQ(prepare_model_dir(command_).origin.at.update, 10);
  EXPECT_FALSE(std::filesystem::exists(half));
  EXPECT_FALSE(std::filesystem::exists(half_best));
}

TEST_F(ModelDirTest, ResumeWithoutARunIsAnError) {
  command_.config.resume = true;
  const auto message = [&] { return message_of<UsageError>([&] { prepare_model_dir(command_); }); };
  EXPECT_THAT(message(), AllOf(HasSubstr(folder_.path("model")), HasSubstr("holds no run")));
  folder_.write("model/thesis.tex", "years of work");
  EXPECT_THAT(message(), HasSubstr("holds no run"));
}

TEST_F(ModelDirTest, ALogOfAnOlderVersionIsNotGoneOnWithButReplaced) {
  train_a_run();
  std::filesystem::rename(folder_.path("model/run.jsonl.gz"), folder_.path("model/run.jsonl"));
  command_.config.resume = true;
  EXPECT_THAT(
      message_of<UsageError>([&] { prepare_model_dir(command_); }),
      AllOf(HasSubstr("model/run.jsonl is the log of an older version"), HasSubstr("--overwrite")));
  EXPECT_TRUE(std::filesystem::exists(folder_.path("model/run.jsonl")));
  command_.config.resume = false;
  command_.config.overwrite = true;
  RunStart start = prepare_model_dir(command_);
  discard_what_is_replaced(start);
  EXPECT_FALSE(std::filesystem::exists(folder_.path("model/run.jsonl")));
}

TEST_F(ModelDirTest, ARunWithoutACheckpointStartsAnew) {
  std::filesystem::create_directory(folder_.path("model"));
  folder_.write("model/run.jsonl.gz", "{\"type\":\"conf");
  command_.config.resume = true;
  RunStart start = prepare_model_dir(command_);
  EXPECT_FALSE(start.origin.at.checkpoint.has_value());
  discard_what_is_replaced(start);
  EXPECT_FALSE(std::filesystem::exists(folder_.path("model/run.jsonl.gz")));
}

// Not with those of this command line, and not on the toy grammar when it was on text.
TEST_F(ModelDirTest, ARunWithoutACheckpointStartsAnewWithItsOwnSettings) {
  train_a_run();
  std::filesystem::remove_all(folder_.path("model/checkpoints"));
  command_.config.resume = true;
  command_.config.schedule.max_updates = 99;
  command_.config.model.heads = 4;
  command_.set_keys = {"max-updates"};
  const RunStart start = prepare_model_dir(command_);
  EXPECT_FALSE(start.origin.at.checkpoint.has_value());
  EXPECT_EQ(start.origin.config.schedule.max_updates, 99);
  EXPECT_EQ(start.origin.config.model.heads, 2);
  EXPECT_EQ(start.origin.config.optimization.learning_rate, 5e-3);
  EXPECT_THAT(start.origin.opening, HasSubstr("has no checkpoint yet: its run begins again"));
}

TEST_F(ModelDirTest, AFixedKeyCannotChange) {
  train_a_run();
  command_.config.resume = true;
  command_.config.model.dropout = 0.25;
  command_.config.schedule.max_updates = 99;
  command_.set_keys = {"dropout", "max-updates"};
  EXPECT_THAT(message_of<UsageError>([&] { prepare_model_dir(command_); }),
              AllOf(HasSubstr("dropout (was 0"), HasSubstr("now 0.25)")));
  command_.set_keys = {"max-updates"};
  RunStart start = prepare_model_dir(command_);
  EXPECT_EQ(start.origin.config.schedule.max_updates, 99);
  EXPECT_EQ(start.origin.config.model.dropout, 0.0);
}

TEST_F(ModelDirTest, ABranchStartsFromAnotherRunsCheckpointWithWhatIsChanged) {
  train_a_run();
  command_.config.branch_from = folder_.path("model");
  command_.config.model_dir = folder_.path("branch");
  command_.config.optimization.learning_rate = 0.25;
  command_.config.model.heads = 4;  // Not set by the command: the other run's stays.
  command_.set_keys = {"branch-from", "model-dir", "learning-rate"};
  {
    RunStart start = prepare_model_dir(command_);
    EXPECT_EQ(start.origin.at.update, 10);
    EXPECT_EQ(start.origin.config.optimization.learning_rate, 0.25);
    EXPECT_EQ(start.origin.config.model.heads, 2);
    EXPECT_TRUE(start.origin.at.branches);
    ASSERT_EQ(start.origin.at.events.size(), 1u);
    const run_log::EventRecord& branch = start.origin.at.events[0];
    EXPECT_EQ(branch.update, 10);
    ASSERT_EQ(branch.fields["changes"].size(), 1u);
    EXPECT_EQ(branch.fields["changes"][0]["key"], "learning-rate");
    EXPECT_EQ(branch.fields["changes"][0]["now"], "0.25");
    discard_what_is_replaced(start);
    EXPECT_TRUE(std::filesystem::exists(folder_.path("model/run.jsonl.gz")));
  }
  command_.config.branch_from = folder_.path("model/checkpoints/update-00000005");
  EXPECT_EQ(prepare_model_dir(command_).origin.at.update, 5);
}

// The other run has gone on in the meantime.
TEST_F(ModelDirTest, ABranchThatBeginsAgainBeginsWhereItBegan) {
  train_a_run();
  std::filesystem::rename(folder_.path("model/checkpoints/update-00000010"), folder_.path("later"));
  config::TrainingCommand branch = command_;
  branch.config.branch_from = folder_.path("model");
  branch.config.model_dir = folder_.path("branch");
  branch.set_keys = {"branch-from", "model-dir"};
  {
    RunStart start = prepare_model_dir(branch);
    discard_what_is_replaced(start);
    run_log::RunLog log(folder_.path("branch/run.jsonl.gz"));
    log.write(run_log::ConfigRecord{.config = config::to_json(start.origin.config)});
    log.write(start.origin.at.events.at(0));
  }
  std::filesystem::rename(folder_.path("later"), folder_.path("model/checkpoints/update-00000010"));
  branch.config.resume = true;
  const RunStart again = prepare_model_dir(branch);
  EXPECT_EQ(again.origin.at.update, 5);
  EXPECT_EQ(again.origin.config.branch_from, folder_.path("model"));
}

TEST_F(ModelDirTest, ABranchCannotChangeShapesOrData) {
  train_a_run();
  command_.config.branch_from = folder_.path("model");
  command_.config.model_dir = folder_.path("branch");
  command_.config.model.d_model = 32;
  command_.set_keys = {"branch-from", "model-dir", "d-model"};
  EXPECT_THAT(message_of<UsageError>([&] { prepare_model_dir(command_); }),
              AllOf(HasSubstr("--branch-from"), HasSubstr("d-model (was 16, now 32)")));
  command_.config.branch_from = folder_.path("nowhere");
  EXPECT_THAT(message_of<InputError>([&] { prepare_model_dir(command_); }),
              AllOf(HasSubstr("nowhere"), HasSubstr("neither a checkpoint nor a model folder")));
}

TEST_F(ModelDirTest, ALongerDecayIsAnEventOfTheResumedRun) {
  command_.config.optimization.lr_schedule = config::LrSchedule::kLinear;
  command_.config.optimization.lr_decay_updates = 10;
  train_a_run();
  command_.config.resume = true;
  command_.config.schedule.max_updates = 20;
  command_.set_keys = {"max-updates"};
  EXPECT_THAT(message_of<UsageError>([&] { prepare_model_dir(command_); }),
              HasSubstr("add --lr-decay-updates 20"));
  command_.config.optimization.lr_decay_updates = 25;
  command_.set_keys = {"max-updates", "lr-decay-updates"};
  const RunStart start = prepare_model_dir(command_);
  EXPECT_EQ(start.origin.config.optimization.lr_decay_updates, 25);
  EXPECT_THAT(start.origin.opening, HasSubstr("goes on with " + folder_.path("model")));
  ASSERT_EQ(start.origin.at.events.size(), 1u);
  EXPECT_EQ(start.origin.at.events[0].kind, "schedule");
  EXPECT_EQ(start.origin.at.events[0].update, 10);
  EXPECT_THAT(start.origin.at.events[0].message, HasSubstr("lr-decay-updates 10 -> 25"));
}

TEST_F(ModelDirTest, AModelGivesWeightsVocabularyAndShape) {
  train_a_run();
  command_.config.init_from = folder_.path("model/best");
  command_.config.model_dir = folder_.path("tuned");
  command_.set_keys = {"init-from", "model-dir"};
  RunStart start = prepare_model_dir(command_);
  EXPECT_FALSE(start.origin.at.checkpoint.has_value());
  EXPECT_EQ(start.origin.vocabulary, data_.vocabularies().target().serialized());
  EXPECT_EQ(start.origin.config.model.d_model, 16);
  EXPECT_EQ(start.origin.config.model.heads, 2);
  ASSERT_EQ(start.origin.at.events.size(), 1u);
  EXPECT_EQ(start.origin.at.events[0].kind, "init");
  EXPECT_EQ(start.origin.at.events[0].fields["from"], folder_.path("model/best"));
}

TEST_F(ModelDirTest, TheFolderOfARunIsNoModel) {
  train_a_run();
  command_.config.init_from = folder_.path("model");
  command_.config.model_dir = folder_.path("tuned");
  command_.set_keys = {"init-from", "model-dir"};
  EXPECT_THAT(message_of<InputError>([&] { prepare_model_dir(command_); }),
              AllOf(HasSubstr("is the folder of a run"), HasSubstr(folder_.path("model/best"))));
}

TEST_F(ModelDirTest, AnotherVocabularyBesideTheModelsIsRefused) {
  train_a_run();
  command_.config.init_from = folder_.path("model/best");
  command_.config.model_dir = folder_.path("tuned");
  command_.set_keys = {"init-from", "model-dir", "vocab"};
  command_.config.data.vocab = {folder_.write("other.model", "another")};
  EXPECT_THAT(message_of<InputError>([&] { prepare_model_dir(command_); }),
              AllOf(HasSubstr("other.model"), HasSubstr("leave --vocab out")));
  command_.config.data.vocab = {folder_.path("model/best/spm.model")};
  EXPECT_EQ(prepare_model_dir(command_).origin.vocabulary,
            data_.vocabularies().target().serialized());
}

TEST_F(ModelDirTest, OneRunAtATimeWritesIntoAFolder) {
  command_.config.overwrite = true;
  {
    const RunStart first = prepare_model_dir(command_);
    EXPECT_THAT(message_of<InputError>([&] { prepare_model_dir(command_); }),
                AllOf(HasSubstr(folder_.path("model")), HasSubstr("another nmt-train")));
  }
  prepare_model_dir(command_);
}

TEST_F(ModelDirTest, AFolderThatCannotBeWrittenIsNamed) {
  folder_.write("file", "");
  command_.config.model_dir = folder_.path("file/model");
  EXPECT_THAT(message_of<InputError>([&] { prepare_model_dir(command_); }),
              AllOf(HasSubstr(folder_.path("file/model")), HasSubstr("cannot be written"),
                    HasSubstr("--model-dir")));
}

TEST_F(ModelDirTest, ALinkToNothingStays) {
  std::filesystem::create_symlink(folder_.path("unmounted"), folder_.path("runs"));
  command_.config.model_dir = folder_.path("runs/first");
  EXPECT_THAT(message_of<InputError>([&] { prepare_model_dir(command_); }),
              HasSubstr("cannot be written"));
  EXPECT_TRUE(std::filesystem::is_symlink(folder_.path("runs")));
}

TEST_F(ModelDirTest, ADamagedNewestCheckpointIsNamed) {
  train_a_run();
  const std::string optimizer = "model/checkpoints/update-00000010/optimizer.safetensors";
  const std::string bytes = folder_.read(optimizer);
  folder_.write(optimizer, bytes.substr(0, bytes.size() / 2));
  command_.config.resume = true;
  EXPECT_THAT(message_of<InputError>([&] { prepare_model_dir(command_); }),
              HasSubstr("update-00000010/optimizer.safetensors"));
}

}  // namespace
}  // namespace nmt::train::model_dir_test

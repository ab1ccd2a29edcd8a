// What a sweep makes of the folders that it finds.

#include "nmt/sweep/cell_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "data/text/error.h"
#include "nmt/config/config_json.h"
#include "nmt/sweep/cell_run.h"
#include "tests/testing/temp_folder.h"

namespace nmt::sweep::cell_folder_test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CellFolderTest : public ::testing::Test {
 protected:
  CellFolder look() const { return look_at(folder_.path(), cell_); }

  void write_log(const config::TrainingConfig& config, const std::string& end = "") {
    write_config(config::to_json(config), end);
  }
  void write_config(const nlohmann::ordered_json& config, const std::string& end) {
    const nlohmann::ordered_json record = {{"type", "config"}, {"config", config}};
    folder_.write("run.jsonl", record.dump() + "\n" + end);
  }

  nmt::testing::TempFolder folder_;
  const std::string end_ = "{\"type\":\"end\",\"reason\":\"max-updates\",\"status\":\"ok\"}\n";
  const Cell cell_ =
      make_cells(parse_study("variants = preln\ndepths = 1L\nd-model = 64\n", "x.study"), 1)[0];
};

TEST_F(CellFolderTest, AnEmptyFolderOrNoneIsAStart) {
  EXPECT_EQ(look().next, NextStep::kStart);
  EXPECT_EQ(look_at(folder_.path("absent"), cell_).next, NextStep::kStart);
}

TEST_F(CellFolderTest, AResultNeedsNothing) {
  write_log(cell_.config, end_);
  EXPECT_EQ(look().next, NextStep::kNothing);
  EXPECT_THAT(look().changes, IsEmpty());
}

TEST_F(CellFolderTest, ACheckpointIsGoneOnWith) {
  write_log(cell_.config);
  std::filesystem::create_directories(folder_.path("checkpoints/update-00000005"));
  EXPECT_EQ(look().next, NextStep::kResume);
}

TEST_F(CellFolderTest, WithoutACheckpointASweepsOwnRunStartsAgain) {
  write_log(cell_.config);
  std::filesystem::create_directories(folder_.path("checkpoints/.half-written"));
  folder_.write("console.log", "");
  EXPECT_EQ(look().next, NextStep::kRestart);
}

TEST_F(CellFolderTest, WhatIsNotASweepsIsRefused) {
  folder_.write("notes.txt", "mine");
  const std::string message = nmt::testing::message_of<InputError>([&] { look(); });
  EXPECT_THAT(message, AllOf(HasSubstr(folder_.path()), HasSubstr("is not empty")));
}

TEST_F(CellFolderTest, SettingsThatDecideTheResultAreCompared) {
  config::TrainingConfig other = cell_.config;
  other.model.d_model = 32;
  other.schedule.max_updates = 7;
  other.data.train_sets = {"a", "b"};
  other.threads = 9;
  other.model_dir = "elsewhere";
  other.recompute = true;
  other.schedule.log_every = 3;
  write_log(other, end_);
  EXPECT_THAT(look().changes,
              ElementsAre("d-model (was 32, now 64)", "train-sets (was [\"a\",\"b\"], now [])",
                          "max-updates (was 7, now 100000)"));
}

TEST_F(CellFolderTest, AKeyThatTheLogLacksIsNoChange) {
  nlohmann::ordered_json config = config::to_json(cell_.config);
  config.erase("max-target-tokens");
  write_config(config, end_);
  EXPECT_THAT(look().changes, IsEmpty());
}

// Until 2026-11 a vocabulary was one text, and paths stood as they were given.
TEST_F(CellFolderTest, TheWordsOfAnOlderProgramAreNoChange) {
  const Cell cell = make_cells(
      parse_study("variants = preln\ndepths = 1L\ntrain-sets = ./a.en ../x/a.de\n", "x.study"),
      1)[0];
  nlohmann::ordered_json config = config::to_json(cell.config);
  config["vocab"] = "";
  config["train-sets"] = {"b/../a.en", "../x/./a.de"};
  write_config(config, end_);
  EXPECT_THAT(look_at(folder_.path(), cell).changes, IsEmpty());
  config["vocab"] = "old.model";
  config["subword"] = "word";  // What no program knows any more.
  write_config(config, end_);
  EXPECT_THAT(look_at(folder_.path(), cell).changes,
              ElementsAre("vocab (was old.model, now [])", "subword (was word, now unigram)"));
}

TEST_F(CellFolderTest, MovedTextIsComparedOfAResultAndLeftToNmtTrainOtherwise) {
  config::TrainingConfig other = cell_.config;
  other.data.train_sets = {"/old/a.en", "/old/a.de"};
  other.model.d_model = 32;
  write_log(other, end_);
  EXPECT_THAT(look().changes,
              ElementsAre("d-model (was 32, now 64)",
                          "train-sets (was [\"/old/a.en\",\"/old/a.de\"], now [])"));
  write_log(other);
  std::filesystem::create_directories(folder_.path("checkpoints/update-00000005"));
  EXPECT_THAT(look().changes, ElementsAre("d-model (was 32, now 64)"));
}

TEST_F(CellFolderTest, AllChangedRunsAreNamedAtOnce) {
  config::TrainingConfig other = cell_.config;
  other.model.d_model = 32;
  std::vector<Cell> cells = {cell_, cell_};
  cells[1].folder = "preln-1L/second";
  for (const Cell& cell : cells) {
    std::filesystem::create_directories(folder_.path(cell.folder));
    write_log(other, end_);
    std::filesystem::rename(folder_.path("run.jsonl"), folder_.path(cell.folder + "/run.jsonl"));
  }
  const std::string message = nmt::testing::message_of<InputError>(
      [&] { find_runs(cells, folder_.path(), /*ignore_changes=*/false); });
  EXPECT_THAT(message, AllOf(HasSubstr(cell_.folder + ": d-model (was 32, now 64)"),
                             HasSubstr("preln-1L/second: d-model (was 32, now 64)"),
                             HasSubstr("--ignore-changes")));
  const auto runs = find_runs(cells, folder_.path(), /*ignore_changes=*/true);
  EXPECT_TRUE(all_have_results(runs));
  EXPECT_EQ(runs[1].state_name(), "done");
}

TEST_F(CellFolderTest, WhatTheRunSettledByItsDataIsNoChange) {
  config::TrainingConfig run = cell_.config;
  run.model.length_bound = config::LengthBound{2.0, 17};
  write_log(run, end_);
  EXPECT_THAT(look().changes, IsEmpty());
}

}  // namespace
}  // namespace nmt::sweep::cell_folder_test

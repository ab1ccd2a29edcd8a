// A study's cells: which there are, what nmt-train is told, what they will take.

#include "nmt/sweep/cell.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>

#include "data/text/byte_source.h"
#include "data/text/error.h"
#include "nmt/config/config_table.h"
#include "nmt/config/training_command.h"
#include "nmt/train/memory_estimate.h"
#include "tests/testing/temp_folder.h"

namespace nmt::sweep::cell_test {
namespace {

using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::vector<Cell> cells_of(const std::string& text, int64_t cores = 4) {
  return make_cells(parse_study(text, "x.study"), cores);
}

std::vector<std::string> folders(const std::vector<Cell>& cells) {
  std::vector<std::string> names;
  for (const Cell& cell : cells) names.push_back(cell.folder);
  return names;
}

TEST(CellTest, EveryCombinationByDepthVariantRateAndSeed) {
  const auto cells =
      cells_of("variants = preln postln\ndepths = 2L 1L\nlearning-rates = 0.01 0.001\nseeds = 7\n");
  EXPECT_THAT(folders(cells), ElementsAre("preln-2L/lr0.01-seed7", "preln-2L/lr0.001-seed7",
                                          "postln-2L/lr0.01-seed7", "postln-2L/lr0.001-seed7",
                                          "preln-1L/lr0.01-seed7", "preln-1L/lr0.001-seed7",
                                          "postln-1L/lr0.01-seed7", "postln-1L/lr0.001-seed7"));
}

TEST(CellTest, TheLastBlockThatFitsCountsKeyByKey) {
  const auto cells = cells_of(
      "variants = preln postln postln-sigma\ndepths = 1L 2L\nlearning-rates = 0.01\nseeds = 1 2\n"
      "max-updates = 50\nlog-every = 7\n"
      "[postln-*]\nlearning-rates = 0.03 0.04\nmax-updates = 60\n"
      "[postln-sigma-*]\nlearning-rates = 0.05\nseeds = 3\n"
      "[*-2L]\nskip = true\n[postln-sigma-2L]\nskip = false\n");
  EXPECT_THAT(
      folders(cells),
      ElementsAre("preln-1L/lr0.01-seed1", "preln-1L/lr0.01-seed2", "postln-1L/lr0.03-seed1",
                  "postln-1L/lr0.03-seed2", "postln-1L/lr0.04-seed1", "postln-1L/lr0.04-seed2",
                  "postln-sigma-1L/lr0.05-seed3", "postln-sigma-2L/lr0.05-seed3"));
  EXPECT_EQ(cells[0].config.schedule.max_updates, 50);
  EXPECT_EQ(cells[2].config.schedule.max_updates, 60);
  EXPECT_EQ(cells[6].config.schedule.max_updates, 60);
  EXPECT_EQ(cells[6].config.schedule.log_every, 7);
  EXPECT_EQ(cells[6].config.seed, 3u);
  EXPECT_EQ(cells[6].config.optimization.learning_rate, 0.05);
}

// What the cell says of itself is what nmt-train reads out of its arguments.
TEST(CellTest, ArgumentsSayWhatTheConfigurationSays) {
  const auto cells = cells_of(
      "variants = deepnorm-sigma\ndepths = 3L-2L\nlearning-rates = 0.004\nseeds = 5\n"
      "train-sets = a.en a.de\nvalid-sets = b.en b.de\nactivation = gelu\nthreads = 3\n");
  ASSERT_EQ(cells.size(), 1u);
  std::vector<const char*> words = {"nmt-train"};
  for (const std::string& argument : cells[0].arguments) words.push_back(argument.c_str());
  const auto command = config::parse_training_command(static_cast<int>(words.size()), words.data());
  EXPECT_TRUE(config::differences(config::new_config(command), cells[0].config).empty());
  EXPECT_EQ(cells[0].config.model.architecture.decoder_layers, 2);
  EXPECT_THAT(cells[0].config.data.train_sets, ElementsAre(EndsWith("/a.en"), EndsWith("/a.de")));
  EXPECT_EQ(cells[0].config.threads, 3);
}

TEST(CellTest, SetsThatOneRunWouldEmptyAreRefused) {
  const std::string study = "variants = preln\ndepths = 1L\ntrain-sets = a.en a.de\n";
  EXPECT_EQ(nmt::testing::message_of<UsageError>(
                [&] { cells_of(study + "valid-sets = /dev/stdin b.de\n"); }),
            "preln-1L: /dev/stdin is a stream, which only one run can read; a study needs files");
}

// The keys of a branch are judged with those of the run that it leaves, which nmt-train reads.
TEST(CellTest, ABranchIsNotJudgedByDefaults) {
  const auto cells = cells_of(
      "variants = preln\ndepths = 10L\nbranch-from = a\nlr-decay-updates = 900\n"
      "attention-temperature-at = 22:0.5:cross:9\n");
  ASSERT_EQ(cells.size(), 1u);
  EXPECT_TRUE(cells[0].inherits());
  EXPECT_THAT(cells[0].set_keys, Contains("lr-decay-updates"));
  EXPECT_FALSE(cells_of("variants = preln\ndepths = 10L\n")[0].inherits());
}

TEST(CellTest, WhatARunInheritsIsNotOverridden) {
  const auto one = [](const std::string& lines) {
    return cells_of("variants = preln\ndepths = 1L\n" + lines).at(0);
  };
  for (const char* origin : {"branch-from = a\n", "init-from = a\n"}) {
    const Cell cell = one(origin);
    EXPECT_THAT(cell.arguments,
                Each(Not(AnyOf(StartsWith("--learning-rate"), StartsWith("--seed")))));
    EXPECT_THAT(cell.set_keys, Not(AnyOf(Contains("learning-rate"), Contains("seed"))));
    EXPECT_EQ(cell.folder, "preln-1L/inherited");
    EXPECT_EQ(cell.learning_rate + cell.seed, "");
  }
  EXPECT_EQ(one("branch-from = a\nlearning-rates = 0.01\n").folder, "preln-1L/lr0.01");
  EXPECT_EQ(one("init-from = a\nseeds = 2\n").folder, "preln-1L/seed2");
  EXPECT_EQ(one("init-from = a\nseeds = 2\nlearning-rates = 0.01\n").folder,
            "preln-1L/lr0.01-seed2");
  const nmt::testing::TempFolder folder;
  const std::string recipe = folder.write("r.conf", "learning-rate = 0.1\n");
  EXPECT_EQ(one("branch-from = a\nconfig = " + recipe + "\n").folder, "preln-1L/lr0.1");
}

TEST(CellTest, DefaultsAreThoseOfNmtTrainButForOneThread) {
  const auto cells = cells_of("variants = preln\ndepths = 1L\n");
  EXPECT_THAT(folders(cells), ElementsAre("preln-1L/lr0.002-seed1"));  // configs/demo.conf
  EXPECT_THAT(cells[0].arguments, Contains("--threads=1"));
  EXPECT_EQ(cells[0].config.threads, 1);
  const auto all = cells_of("variants = preln\ndepths = 1L\nthreads = 0\n", /*cores=*/6);
  EXPECT_THAT(all[0].arguments, Not(Contains("--threads=1")));
  EXPECT_EQ(all[0].config.threads, 6);
}

TEST(CellTest, ARecipeIsWeakerThanTheStudy) {
  const nmt::testing::TempFolder folder;
  const std::string recipe =
      folder.write("r.conf", "d-model = 32\nheads = 2\nlearning-rate = 0.1\n");
  const auto cells =
      cells_of("variants = preln\ndepths = 1L\nheads = 4\nconfig = " + recipe + "\n");
  EXPECT_EQ(cells[0].config.model.d_model, 32);
  EXPECT_EQ(cells[0].config.model.heads, 4);
  EXPECT_EQ(cells[0].folder, "preln-1L/lr0.1-seed1");
}

TEST(CellTest, ErrorsNameTheArchitecture) {
  const auto error = [](const std::string& text) {
    return nmt::testing::message_of<UsageError>([&] { cells_of(text); });
  };
  EXPECT_THAT(error("variants = preln-sigma preln\ndepths = 1L\ngamma-init = one\n"),
              HasSubstr("preln-1L: gamma-init is a key of sigma-Reparam"));
  EXPECT_THAT(error("variants = preln\n"), HasSubstr("needs depths"));
  EXPECT_THAT(error("depths = 6L\n"), HasSubstr("needs variants"));
  EXPECT_THAT(error("variants = preln\ndepths = 6L\nskip = true\n"), HasSubstr("all are skipped"));
}

TEST(CellTest, WorkIsLayersTimesPieces) {
  const auto cells = cells_of(
      "variants = preln\ndepths = 6L 18L 2L-1L\nmax-target-tokens = 1000\n"
      "[*-6L]\nmax-target-tokens = 9000\n[preln-2L-1L]\nmax-target-tokens = 0\nmax-updates = 10\n"
      "max-tokens = 200\nmax-length = 100\nupdate-freq = 2\n");
  EXPECT_EQ(expected_work(cells[0].config), 12 * 9000.0);
  EXPECT_EQ(expected_work(cells[1].config), 36 * 1000.0);
  EXPECT_EQ(expected_work(cells[2].config), 3 * 4000.0);
}

TEST(CellTest, MemoryIsBoundedBeforeTheDataAreSeen) {
  const Cell cell = cells_of("variants = preln\ndepths = 2L\nvocab-size = 900\n")[0];
  config::TrainingConfig known = cell.config;
  known.model.vocab_size = 850;  // What came out of the data.
  const int64_t exact =
      train::estimate_memory(known, train::approximate_parameters(known.model), 1, 14);
  EXPECT_GE(memory_bound(cell.config), exact);
  EXPECT_LT(memory_bound(cell.config), 1.1 * exact);
}

TEST(CellTest, TheStudiesOfTheProjectAreValidAndListed) {
  const std::string folder = NMT_SOURCE_DIR "/configs/studies/";
  const std::string page = text::read_file(folder + "README.md");
  const std::vector<std::pair<std::string, size_t>> studies = {
      {"smoke.study", 3}, {"pilot.study", 18}, {"learning_rate.study", 40}, {"no_warmup.study", 28},
      {"lars.study", 21}, {"depth.study", 46}, {"real_text.study", 4}};
  std::set<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".study") files.insert(entry.path().filename());
  }
  EXPECT_EQ(files.size(), studies.size());
  for (const auto& [name, count] : studies) {
    EXPECT_EQ(files.count(name), 1u);
    EXPECT_EQ(cells_of(text::read_file(folder + name)).size(), count) << name;
    EXPECT_THAT(page, HasSubstr("`" + name + "`"));
  }
}

TEST(CellTest, TheDepthStudyIsWhatItsPageSays) {
  const auto cells = cells_of(text::read_file(NMT_SOURCE_DIR "/configs/studies/depth.study"));
  std::map<std::string, int> runs;
  for (const Cell& cell : cells) {
    ++runs[cell.architecture];
    const bool deep = cell.config.model.architecture.encoder_layers >= 50;
    EXPECT_EQ(cell.config.schedule.max_target_tokens, deep ? 300'000 : 1'000'000);
    EXPECT_EQ(cell.config.schedule.max_minutes, 0.0);
    EXPECT_EQ(cell.config.model.d_model, 64);
    EXPECT_EQ(cell.config.schedule.keep_last, 1);
  }
  EXPECT_EQ(runs.at("nonorm-sigma-18L"), 3);
  EXPECT_EQ(runs.at("preln-100L"), 1);
  EXPECT_EQ(runs.count("nonorm-sigma-50L"), 0u);
  EXPECT_EQ(runs.size(), 22u);
}

}  // namespace
}  // namespace nmt::sweep::cell_test

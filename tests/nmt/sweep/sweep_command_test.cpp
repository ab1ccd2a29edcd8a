// The command line of nmt-sweep: what stands behind --.

#include "nmt/sweep/sweep_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/text/error.h"
#include "nmt/sweep/cell.h"
#include "tests/testing/temp_folder.h"

namespace nmt::sweep::sweep_command_test {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;

// A sweep of preln-1L with the words behind --; any program stands for nmt-train.
SweepCommand parse(std::vector<const char*> of_training) {
  std::vector<const char*> words = {"nmt-sweep", "--variants", "preln",       "--depths", "1L",
                                    "--runs",    "runs/vocab", "--nmt-train", "/bin/sh",  "--"};
  words.insert(words.end(), of_training.begin(), of_training.end());
  return parse_sweep_command(static_cast<int>(words.size()), words.data(), "");
}

TEST(SweepCommandTest, EachSideMayHaveAVocabularyOfItsOwn) {
  const SweepCommand command = parse({"--vocab", "src.spm", "tgt.spm", "--max-updates", "3"});
  EXPECT_THAT(command.study.blocks.back().settings.at(0).values, ElementsAre("src.spm", "tgt.spm"));
  const Cell cell = make_cells(command.study, 1).at(0);
  EXPECT_THAT(cell.config.data.vocab, ElementsAre(EndsWith("/src.spm"), EndsWith("/tgt.spm")));
  EXPECT_EQ(cell.config.schedule.max_updates, 3);
}

TEST(SweepCommandTest, OneVocabularyIsForBothSides) {
  const Cell cell = make_cells(parse({"--vocab", "both.spm"}).study, 1).at(0);
  EXPECT_THAT(cell.config.data.vocab, ElementsAre(EndsWith("/both.spm")));
}

TEST(SweepCommandTest, AThirdVocabularyIsRefused) {
  EXPECT_EQ(nmt::testing::message_of<UsageError>([] {
              parse({"--vocab", "a", "b", "c"});
            }),
            "behind --: 'c' is no flag of nmt-train");
}

}  // namespace
}  // namespace nmt::sweep::sweep_command_test

#include "tests/tree/top_level.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tree/planted_tree.h"

namespace nmt::tree::top_level_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

TEST(TopLevel, OfTheProjectHoldsWhatBelongsThere) {
  EXPECT_EQ(in_lines(stray_at_the_top(NMT_SOURCE_ROOT)), "");
}

TEST(TopLevel, FindsStrayFilesAndFolders) {
  PlantedTree tree;
  tree.add("README.md", "").add("nmt/a.h", "").add("report.csv", "").add("results/a.svg", "");
  EXPECT_THAT(stray_at_the_top(tree.root()),
              ElementsAre(StartsWith("report.csv: does not belong at the top of the tree"),
                          StartsWith("results: does not belong at the top of the tree")));
}

TEST(TopLevel, PermitsWhatGitIgnores) {
  PlantedTree tree;
  tree.add(".gitignore", "# made here\n/build/\n/runs\n*.tmp\n")
      .add(".git/info/exclude", "notes.txt\n")
      .add("build/a.o", "")
      .add("runs/run.jsonl", "")
      .add("a.tmp", "")
      .add("notes.txt", "");
  EXPECT_THAT(stray_at_the_top(tree.root()), IsEmpty());
}

}  // namespace
}  // namespace nmt::tree::top_level_test

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tree/folder_pages.h"
#include "tests/tree/planted_tree.h"

namespace nmt::tree::folder_pages_test {
namespace {

using ::testing::ElementsAre;

TEST(FolderPages, OfTheProjectNameEveryFile) {
  EXPECT_EQ(in_lines(unlisted_files(read_tree(NMT_SOURCE_ROOT))), "");
}

TEST(FolderPages, OfTheProjectsRecordedMaterialSayWhereItIsFrom) {
  EXPECT_EQ(in_lines(golden_without_source(NMT_SOURCE_ROOT)), "");
}

TEST(FolderPages, FindAMissingPageAndAMissingName) {
  PlantedTree tree;
  tree.add("nmt/optim/README.md", "- `adam`: Adam.\n")
      .add("nmt/optim/adam.h", "")
      .add("nmt/optim/adam.cpp", "")
      .add("nmt/optim/ada.h", "")
      .add("nmt/decode/beam.h", "");
  EXPECT_THAT(unlisted_files(tree.read()),
              ElementsAre("nmt/optim/README.md: does not name nmt/optim/ada.h",
                          "nmt/decode: has no README.md"));
}

TEST(FolderPages, FindANameWhoseFileIsGone) {
  PlantedTree tree;
  tree.add("layers/README.md", "`linear` (`linear.h`, `X.h`)\n`gone.cpp`, <torch/torch.h>\n")
      .add("layers/linear.h", "");
  EXPECT_THAT(unlisted_files(tree.read()),
              ElementsAre("layers/README.md:2: names gone.cpp, which does not exist"));
}

TEST(FolderPages, AskTestsForTheirHelpersAlone) {
  PlantedTree tree;
  tree.add("tests/README.md", "testing/: `temp_folder`\n")
      .add("tests/testing/temp_folder.h", "")
      .add("tests/nmt/decode/naive_search.h", "")
      .add("tests/nmt/decode/beam_search_test.cpp", "");
  EXPECT_THAT(unlisted_files(tree.read()),
              ElementsAre("tests/README.md: does not name tests/nmt/decode/naive_search.h"));
}

TEST(FolderPages, FindRecordedMaterialWithoutItsSource) {
  PlantedTree tree;
  tree.add("tests/golden/scores/SOURCE.md", "").add("tests/golden/tables/a.txt", "");
  EXPECT_THAT(golden_without_source(tree.root()),
              ElementsAre("tests/golden/tables: recorded material without SOURCE.md"));
}

}  // namespace
}  // namespace nmt::tree::folder_pages_test

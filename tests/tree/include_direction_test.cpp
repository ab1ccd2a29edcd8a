#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tree/include_rules.h"
#include "tests/tree/planted_tree.h"

namespace nmt::tree::include_direction_test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(IncludeDirection, OfTheProjectFollowsTheTable) {
  const std::vector<TextFile> tree = read_tree(NMT_SOURCE_ROOT);
  ASSERT_GT(tree.size(), 50u) << "the tree was not found at " << NMT_SOURCE_ROOT;
  EXPECT_EQ(in_lines(forbidden_includes(tree)), "");
}

TEST(IncludeDirection, OfTheProjectUsesEveryPermission) {
  EXPECT_EQ(in_lines(unused_permissions(read_tree(NMT_SOURCE_ROOT))), "");
}

TEST(IncludeDirection, RowsOfTheTableIncludeOnlyWhatStandsAboveThem) {
  EXPECT_EQ(in_lines(rows_out_of_order()), "");
}

TEST(IncludeDirection, FindsPermissionsThatNothingUses) {
  PlantedTree tree;
  tree.add("data/text/utf8.cpp", "#include <zlib.h>\n")
      .add("nmt/cli/flags.cpp", "#include \"data/text/error.h\"\n")
      .add("data/text/error.h", "");
  const std::vector<std::string> messages = unused_permissions(tree.read());
  EXPECT_THAT(messages, Contains("the row of nmt/cli permits Boost, which nothing there includes"));
  EXPECT_THAT(messages,
              Contains("the row of nmt/config permits nmt/cli, which nothing there includes"));
  EXPECT_THAT(messages, Not(Contains("the row of data/text permits zlib, which nothing there "
                                     "includes")));
  EXPECT_THAT(messages, Not(Contains("the row of nmt/cli permits data/text, which nothing there "
                                     "includes")));
}

TEST(IncludeDirection, FindsAForbiddenEdgeWithFileAndLine) {
  PlantedTree tree;
  tree.add("layers/linear.h", "// A.\n#include \"nmt/model/model.h\"\n")
      .add("nmt/model/model.h", "#include \"layers/linear.h\"\n");
  EXPECT_THAT(forbidden_includes(tree.read()),
              ElementsAre("layers/linear.h:2: layers may not include nmt/model "
                          "(\"nmt/model/model.h\")"));
}

TEST(IncludeDirection, PermitsTheFolderItselfAndWhatItsRowNames) {
  PlantedTree tree;
  tree.add("nmt/cli/flags.h", "").add("data/text/error.h", "");
  tree.add("nmt/cli/flags.cpp",
           "#include \"nmt/cli/flags.h\"\n#include \"data/text/error.h\"\n#include <map>\n");
  EXPECT_THAT(forbidden_includes(tree.read()), IsEmpty());
}

TEST(IncludeDirection, FindsALibraryWhereItMayNotBe) {
  PlantedTree tree;
  tree.add("data/text/utf8.cpp",
           "#include <vector>\n#include <sys/stat.h>\n\n#include <ATen/ATen.h>\n")
      .add("layers/linear.cpp", "#include <torch/torch.h>\n")
      .add("nmt/cli/flags.cpp", "#  include <nlohmann/json.hpp>\n");
  EXPECT_THAT(
      forbidden_includes(tree.read()),
      ElementsAre("data/text/utf8.cpp:4: data/text may not include LibTorch (<ATen/ATen.h>)",
                  "nmt/cli/flags.cpp:1: nmt/cli may not include JSON (<nlohmann/json.hpp>)"));
}

TEST(IncludeDirection, LetsTheConfigurationReadKindsOfLayersOnly) {
  PlantedTree tree;
  tree.add("layers/residual_kind.h", "").add("layers/sublayer.h", "");
  tree.add("nmt/config/arch_name.cpp",
           "#include \"layers/sublayer.h\"\n#include \"layers/residual_kind.h\"\n");
  EXPECT_THAT(forbidden_includes(tree.read()),
              ElementsAre("nmt/config/arch_name.cpp:1: nmt/config may not include layers "
                          "(\"layers/sublayer.h\")"));
}

TEST(IncludeDirection, KeepsLibTorchOutOfKindHeaders) {
  PlantedTree tree;
  tree.add("layers/residual_kind.h", "#include \"layers/sublayer.h\"\n#include <torch/torch.h>\n")
      .add("layers/sublayer.h", "");
  EXPECT_THAT(forbidden_includes(tree.read()),
              ElementsAre("layers/residual_kind.h:1: layers/*_kind.* may not include layers "
                          "(\"layers/sublayer.h\")",
                          "layers/residual_kind.h:2: layers/*_kind.* may not include LibTorch "
                          "(<torch/torch.h>)"));
}

TEST(IncludeDirection, KeepsTestsOutOfEverythingElse) {
  PlantedTree tree;
  tree.add("tests/testing/temp_folder.h", "");
  tree.add("tools/nmt_a_main.cpp", "#include \"tests/testing/temp_folder.h\"\n");
  tree.add("tests/a_test.cpp", "#include \"tests/testing/temp_folder.h\"\n");
  EXPECT_THAT(forbidden_includes(tree.read()),
              ElementsAre("tools/nmt_a_main.cpp:1: tools may not include tests "
                          "(\"tests/testing/temp_folder.h\")"));
}

TEST(IncludeDirection, ReportsWhatTheTableDoesNotKnow) {
  PlantedTree tree;
  tree.add("nmt/other/a.h", "").add("tools/a.cpp", "#include \"b.h\"\n#include <absl/log.h>\n");
  EXPECT_THAT(forbidden_includes(tree.read()),
              ElementsAre("nmt/other/a.h:1: the table of include rules has no row for this folder",
                          "tools/a.cpp:1: \"b.h\" is not a file from the root of the project",
                          "tools/a.cpp:2: <absl/log.h> belongs to no library that the table of "
                          "include rules knows"));
}

}  // namespace
}  // namespace nmt::tree::include_direction_test

#include "tests/tree/house_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tree/planted_tree.h"

namespace nmt::tree::house_rules_test {
namespace {

using ::testing::ElementsAre;

constexpr std::size_t kLongestFile = 400;

class ProjectRules : public ::testing::Test {
 protected:
  const std::vector<TextFile> tree_ = read_tree(NMT_SOURCE_ROOT);
};

TEST_F(ProjectRules, LibraryCodeNeitherPrintsNorExits) {
  EXPECT_EQ(in_lines(noisy_library_code(tree_)), "");
}

TEST_F(ProjectRules, NoSourceDependsOnABuildOption) {
  EXPECT_EQ(in_lines(conditional_code(tree_)), "");
}

TEST_F(ProjectRules, HeadersSayWhatTheyAre) {
  EXPECT_EQ(in_lines(headers_without_introduction(tree_)), "");
}

TEST_F(ProjectRules, FilesAreShort) {
  EXPECT_EQ(in_lines(long_files(tree_, kLongestFile)), "");
}

TEST_F(ProjectRules, NothingNamesOneMachine) {
  EXPECT_EQ(in_lines(machine_names(tree_)), "");
}

TEST_F(ProjectRules, CMakeSpeaksOfTargets) {
  EXPECT_EQ(in_lines(folder_wide_cmake(tree_)), "");
}

TEST(HouseRules, FindPrintingAndExitingInLibraryCodeAlone) {
  PlantedTree tree;
  tree.add("nmt/train/a.cpp",
           "// printf(1) in prose\nstd::snprintf(b, 9, \"x\");\nstd::cout << 1;\n/* exit(1);\n"
           "exit(1); */ f(\"abort()\"); std::exit(1);\n")
      .add("nmt/cli/b.cpp", "std::cerr << 1;\n")
      .add("tools/c.cpp", "std::cout << 1;\n");
  EXPECT_THAT(
      noisy_library_code(tree.read()),
      ElementsAre("nmt/train/a.cpp:3: library code neither prints nor exits, found: "
                  "std::cout",
                  "nmt/train/a.cpp:5: library code neither prints nor exits, found: exit("));
}

TEST(HouseRules, FindConditionalCode) {
  PlantedTree tree;
  tree.add("layers/kernels/a.cpp", std::string("#if") + "def NMT_WITH_CUDA\n# endif\n");
  EXPECT_THAT(conditional_code(tree.read()),
              ElementsAre(std::string("layers/kernels/a.cpp:1: a stub file stands for a missing ") +
                          "backend, found: #if" + "def NMT_WITH_CUDA"));
}

TEST(HouseRules, FindHeadersWithoutIntroduction) {
  PlantedTree tree;
  tree.add("data/a.h", "#pragma once\n").add("data/b.h", "// What it is.\n\n#pragma once\n");
  EXPECT_THAT(headers_without_introduction(tree.read()),
              ElementsAre("data/a.h:1: a header begins with a comment on what it is"));
}

TEST(HouseRules, FindLongFiles) {
  PlantedTree tree;
  tree.add("data/a.cpp", "1\n2\n3\n").add("data/b.cpp", "1\n2\n");
  EXPECT_THAT(long_files(tree.read(), 2), ElementsAre("data/a.cpp: 3 lines; is it one concept?"));
}

TEST(HouseRules, FindNamesOfMachines) {
  const std::string home = std::string("/ho") + "me/";
  const std::string host = std::string("https://py") + "pi.org";
  PlantedTree tree;
  tree.add("tools/a.sh", "cd " + home + "anna\n").add("tools/README.md", "see " + host + "\n");
  EXPECT_EQ(machine_names(tree.read()).size(), 2u);
}

TEST(HouseRules, FindFolderWideCMake) {
  PlantedTree tree;
  tree.add("data/CMakeLists.txt", "add_compile_options(-O3)\nfile(GLOB all *.cpp)\n");
  EXPECT_EQ(folder_wide_cmake(tree.read()).size(), 2u);
}

}  // namespace
}  // namespace nmt::tree::house_rules_test

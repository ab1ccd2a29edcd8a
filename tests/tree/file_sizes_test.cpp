#include "tests/tree/file_sizes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tree/planted_tree.h"

namespace nmt::tree::file_sizes_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(FileSizes, OfTheProjectAreSmall) {
  const FileSizeRule rule{.exceptions = {
                              "tests/golden/metrics/programs.jsonl",
                              "tests/golden/metrics/tokens.jsonl",
                          }};
  EXPECT_EQ(in_lines(large_files(NMT_SOURCE_ROOT, rule)), "");
}

TEST(FileSizes, FindsLargeFilesAndALargeTree) {
  PlantedTree tree;
  tree.add("nmt/a.h", std::string(100, 'a'))
      .add("configs/run.jsonl.gz", std::string(101, '\0'))
      .add("tests/golden/b.jsonl", std::string(200, 'b'))
      .add("build/program", std::string(1000, 'c'));
  FileSizeRule rule{.file_bytes = 100, .exceptions = {"tests/golden/b.jsonl"}, .tree_bytes = 401};
  EXPECT_THAT(large_files(tree.root(), rule),
              ElementsAre("configs/run.jsonl.gz: has 101 bytes, at most 100 are permitted"));
  rule = {.file_bytes = 200, .exceptions = {"nmt/a.h"}, .tree_bytes = 400};
  EXPECT_THAT(large_files(tree.root(), rule),
              ElementsAre("nmt/a.h: is no large file, and needs no exception",
                          "the tree has 401 bytes, at most 400 are permitted"));
  rule = {.file_bytes = 200, .exceptions = {}, .tree_bytes = 401};
  EXPECT_THAT(large_files(tree.root(), rule), IsEmpty());
}

}  // namespace
}  // namespace nmt::tree::file_sizes_test

#include "tests/tree/dependency_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/tree/planted_tree.h"

namespace nmt::tree::dependency_page_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kHeading[] = "| folder | includes | libraries | what it is |\n|---|---|---|---|\n";

TEST(DependencyPage, OfTheProjectIsThatOfTheIncludeRules) {
  EXPECT_EQ(in_lines(stale_dependency_rows(read_tree(NMT_SOURCE_ROOT))), "");
}

TEST(DependencyPage, MayEndEachRowWithProse) {
  std::string page = std::string("# nmt\n\n") + kHeading;
  for (const std::string& row : printed_rows()) page += row + " words |\n";
  PlantedTree tree;
  tree.add("nmt/README.md", page + "\nMore words.\n");
  EXPECT_THAT(stale_dependency_rows(tree.read()), IsEmpty());
}

TEST(DependencyPage, ReportsAWrongRowWithTheRightOne) {
  std::string page = kHeading, wrong;
  for (const std::string& row : printed_rows()) {
    const bool is_wrong = row.starts_with("| `nmt/cli`");
    page += (is_wrong ? "| `nmt/cli` | `layers` | Boost |" : row) + "\n";
    if (is_wrong) wrong = std::to_string(std::ranges::count(page, '\n'));
  }
  PlantedTree tree;
  tree.add("nmt/README.md", page);
  EXPECT_THAT(stale_dependency_rows(tree.read()),
              ElementsAre("nmt/README.md:" + wrong +
                          ": this row must begin | `nmt/cli` | `data/text` | Boost |"));
}

TEST(DependencyPage, ReportsRowsThatAreMissingOrTooMany) {
  PlantedTree tree;
  tree.add("nmt/README.md", "No table.\n");
  EXPECT_THAT(stale_dependency_rows(tree.read()), SizeIs(printed_rows().size()));

  std::string page = kHeading;
  for (const std::string& row : printed_rows()) page += row + "\n";
  tree.add("nmt/README.md", page + "| `nmt/gone` | nothing | nothing |\n");
  const std::string behind = std::to_string(3 + printed_rows().size());  // Behind title and head.
  EXPECT_THAT(stale_dependency_rows(tree.read()),
              ElementsAre("nmt/README.md:" + behind + ": no include rule stands behind this row"));
}

}  // namespace
}  // namespace nmt::tree::dependency_page_test

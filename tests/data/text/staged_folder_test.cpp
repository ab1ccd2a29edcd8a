#include "data/text/staged_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "data/text/error.h"
#include "tests/testing/temp_folder.h"

namespace nmt::text::staged_folder_test {
namespace {

namespace fs = std::filesystem;
using nmt::testing::message_of;
using nmt::testing::TempFolder;
using ::testing::HasSubstr;

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

std::set<std::string> names_in(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename());
  return names;
}

using Names = std::set<std::string>;

TEST(StagedFolder, AppearsOnlyWhenCommitted) {
  TempFolder temp;
  const std::string target = temp.path("runs/a/best");
  StagedFolder staged(target);
  write(staged.path() + "/file", "new");
  EXPECT_FALSE(fs::exists(target));
  staged.commit();
  EXPECT_EQ(temp.read("runs/a/best/file"), "new");
  EXPECT_EQ(names_in(temp.path("runs/a")), (Names{"best"}));
}

TEST(StagedFolder, VanishesWithoutCommit) {
  TempFolder temp;
  write(temp.path("best/file"), "old");
  {
    StagedFolder staged(temp.path("best/"));
    write(staged.path() + "/file", "new");
  }
  EXPECT_EQ(names_in(temp.path()), (Names{"best"}));
  EXPECT_EQ(temp.read("best/file"), "old");
}

TEST(StagedFolder, ReplacesAFolderEntirely) {
  for (const Exchange how : {Exchange::kAtOnce, Exchange::kByRenames}) {
    TempFolder temp;
    write(temp.path("best/old-file"), "old");
    write(temp.path("from/file"), "new");
    replace_folder(temp.path("from"), temp.path("best"), how);
    EXPECT_EQ(names_in(temp.path()), (Names{"best"}));
    EXPECT_EQ(names_in(temp.path("best")), (Names{"file"}));
  }
}

TEST(StagedFolder, RefusesToReplaceFilesAndNamelessFolders) {
  TempFolder temp;
  const std::string file = temp.write("best", "a file");
  StagedFolder staged(file);
  EXPECT_THAT(message_of<InputError>([&] { staged.commit(); }), HasSubstr("is a file"));
  EXPECT_EQ(temp.read("best"), "a file");
  for (const char* path : {"", ".", "/", "..", "a/.."}) {
    EXPECT_THROW(StagedFolder staged(path), InputError) << path;
  }
}

TEST(StagedFolder, UnusableParentIsNamed) {
  TempFolder temp;
  temp.write("file", "x");
  EXPECT_THAT(message_of<InputError>([&] { StagedFolder staged(temp.path("file/a/b")); }),
              HasSubstr(temp.path("file/a")));
}

TEST(RemoveLeftovers, RemovesHiddenFoldersAndNothingElse) {
  TempFolder temp;
  write(temp.path(".a.deepnmt-new/file"), "half");
  write(temp.path(".b.deepnmt-old/file"), "replaced");
  write(temp.path("b/file"), "new");
  write(temp.path(".bashrc.old"), "mine");
  write(temp.path("c/file"), "mine");
  remove_leftovers(temp.path());
  EXPECT_EQ(names_in(temp.path()), (Names{"b", "c", ".bashrc.old"}));
  remove_leftovers(temp.path("missing"));
}

TEST(RemoveLeftovers, PutsBackWhatAKillLeftAside) {
  TempFolder temp;
  write(temp.path(".best.deepnmt-old/file"), "old");
  write(temp.path(".best.deepnmt-new/file"), "new");
  remove_leftovers(temp.path());
  EXPECT_EQ(names_in(temp.path()), (Names{"best"}));
  EXPECT_EQ(temp.read("best/file"), "old");
}

TEST(RemoveFolder, RemovesItWhole) {
  TempFolder temp;
  write(temp.path("a/b/file"), "x");
  remove_folder(temp.path("a"));
  EXPECT_TRUE(names_in(temp.path()).empty());
}

}  // namespace
}  // namespace nmt::text::staged_folder_test

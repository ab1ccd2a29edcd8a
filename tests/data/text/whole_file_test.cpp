// Files at once.

#include "data/text/whole_file.h"

#include <gtest/gtest.h>

#include "data/text/error.h"
#include "tests/testing/temp_folder.h"

namespace nmt::text {
namespace {

TEST(WholeFileTest, ATextHasNoByteOrderMarkAndAFileKeepsIts) {
  const testing::TempFolder folder;
  const std::string path = folder.write("file", "\xEF\xBB\xBFseed = 3\n");
  EXPECT_EQ(read_text(path), "seed = 3\n");
  EXPECT_EQ(read_file(path), "\xEF\xBB\xBFseed = 3\n");
  // Half a mark is none.
  EXPECT_EQ(read_text(folder.write("half", "\xEF\xBB")), "\xEF\xBB");
  EXPECT_EQ(read_text(folder.write("empty", "")), "");
}

TEST(WholeFileTest, MissingFileIsAnError) {
  const testing::TempFolder folder;
  EXPECT_EQ(testing::message_of<InputError>([&] { read_file(folder.path("none")); }),
            folder.path("none") + ": cannot open: No such file or directory");
}

}  // namespace
}  // namespace nmt::text

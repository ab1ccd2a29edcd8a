// Files that are on the disk when close() returns, copies and second names of them.

#include "data/text/durable_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <thread>

#include "data/text/error.h"
#include "tests/testing/temp_folder.h"

namespace nmt::text::durable_file_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::message_of;
using testing::TempFolder;

TEST(DurableFile, HoldsWhatWasWrittenAndNothingElse) {
  const TempFolder folder;
  folder.write("file", "something longer");
  DurableFile file(folder.path("file"));
  file.write("one ");
  file.write("two");
  file.close();
  EXPECT_EQ(folder.read("file"), "one two");
}

TEST(DurableFile, AFullDiskIsReportedWithTheRemedy) {
  EXPECT_THAT(message_of<InputError>([] { write_durably("/dev/full", "a"); }),
              AllOf(HasSubstr("/dev/full: cannot write: No space left on device"),
                    HasSubstr("free some space")));
}

TEST(DurableFile, AMissingFolderIsReported) {
  EXPECT_THAT(message_of<InputError>([] { write_durably("/nonexistent/x", "a"); }),
              HasSubstr("/nonexistent/x: cannot create: No such file or directory"));
}

TEST(DurableFile, ACopyOfAPipeHoldsAllOfIt) {
  const TempFolder folder;
  const std::string bytes(700'000, 'x');
  ASSERT_EQ(::mkfifo(folder.path("pipe").c_str(), 0600), 0);
  std::jthread writer([&] { folder.write("pipe", bytes); });
  EXPECT_EQ(copy_durably(folder.path("pipe"), folder.path("copy")), 700'000);
  EXPECT_EQ(folder.read("copy"), bytes);
}

TEST(DurableFile, ASecondNameWhereThereCanBeOneElseACopy) {
  const TempFolder folder;
  const std::string file = folder.write("file", "text");
  link_or_copy(file, folder.path("name"));
  EXPECT_TRUE(std::filesystem::equivalent(file, folder.path("name")));
  link_or_copy("/proc/self/comm", folder.path("copy"));  // No file system links across two.
  EXPECT_FALSE(folder.read("copy").empty());
}

}  // namespace
}  // namespace nmt::text::durable_file_test

#include "data/text/append_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>

#include "data/text/error.h"
#include "tests/testing/temp_folder.h"

namespace nmt::text::append_file_test {
namespace {

using nmt::testing::message_of;
using ::testing::HasSubstr;

TEST(AppendFile, AddsToWhatIsThere) {
  const nmt::testing::TempFolder folder;
  {
    AppendFile file(folder.path("log"));
    EXPECT_TRUE(file.empty());
    file.append("one\n");
    EXPECT_EQ(folder.read("log"), "one\n");
    EXPECT_FALSE(file.empty());
  }
  AppendFile file(folder.path("log"));
  EXPECT_FALSE(file.empty());
  file.append("two\n");
  file.sync();
  EXPECT_EQ(folder.read("log"), "one\ntwo\n");
}

TEST(AppendFile, APieceThatDoesNotFitLeavesTheFileAsItWas) {
  const nmt::testing::TempFolder folder;
  AppendFile file(folder.path("log"));
  file.append("four");
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit = before;
  limit.rlim_cur = 10;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  const std::string message = message_of<InputError>([&] { file.append("longer than six"); });
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_THAT(message, HasSubstr("cannot write to " + folder.path("log") + ": File too large"));
  EXPECT_EQ(folder.read("log"), "four");
  file.append(" five");
  EXPECT_EQ(folder.read("log"), "four five");
}

TEST(AppendFile, AFolderThatIsNotThereIsAnInputError) {
  const nmt::testing::TempFolder folder;
  const std::string path = folder.path("missing/log");
  EXPECT_THAT(message_of<InputError>([&] { AppendFile file(path); }),
              HasSubstr("cannot write " + path + ": No such file or directory"));
}

}  // namespace
}  // namespace nmt::text::append_file_test

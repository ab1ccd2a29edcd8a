// Files at once: what is written is whole or not there.

#include "data/text/whole_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>

#include "data/text/error.h"
#include "tests/testing/temp_folder.h"

namespace nmt::text {
namespace {

using testing::message_of;
using testing::TempFolder;

size_t entries(const TempFolder& folder) {
  return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(folder.path()), {}));
}

TEST(WholeFileTest, WritesAndReplaces) {
  const TempFolder folder;
  const std::string path = folder.path("file");
  const std::string bytes(300'000, '\0');
  write_file_atomically(path, "old");
  write_file_atomically(path, bytes);
  EXPECT_EQ(read_file(path), bytes);
  EXPECT_EQ(entries(folder), 1u);
}

TEST(WholeFileTest, MissingFolderIsAnError) {
  const TempFolder folder;
  EXPECT_THAT(message_of<InputError>([&] { write_file_atomically(folder.path("no/file"), "x"); }),
              ::testing::AllOf(::testing::HasSubstr(folder.path("no/file")),
                               ::testing::HasSubstr("cannot create: No such file or directory")));
}

// A limit on the size of files stands in for a full disk: the write fails half way.
TEST(WholeFileTest, FailedWriteLeavesTheOldFileAlone) {
  const TempFolder folder;
  const std::string path = folder.path("file");
  write_file_atomically(path, "old");

  rlimit saved{};
  getrlimit(RLIMIT_FSIZE, &saved);
  const auto saved_handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{.rlim_cur = 1000, .rlim_max = saved.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const std::string message =
      message_of<InputError>([&] { write_file_atomically(path, std::string(5000, 'x')); });
  setrlimit(RLIMIT_FSIZE, &saved);
  std::signal(SIGXFSZ, saved_handler);

  EXPECT_THAT(message, ::testing::HasSubstr("cannot write: File too large"));
  EXPECT_EQ(folder.read("file"), "old");
  EXPECT_EQ(entries(folder), 1u);
}

TEST(WholeFileTest, MissingFileIsAnError) {
  const TempFolder folder;
  EXPECT_EQ(message_of<InputError>([&] { read_file(folder.path("none")); }),
            folder.path("none") + ": cannot open: No such file or directory");
}

}  // namespace
}  // namespace nmt::text

// A result file is whole or not there; anything that is no file is written as it is.

#include "data/text/output_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <thread>

#include "data/text/byte_source.h"
#include "data/text/error.h"
#include "tests/testing/temp_folder.h"

namespace nmt::text::output_file_test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::message_of;
using testing::TempFolder;

size_t entries(const TempFolder& folder) {
  return static_cast<size_t>(std::distance(fs::directory_iterator(folder.path()), {}));
}

TEST(OutputFileTest, AppearsWholeAtCommit) {
  const TempFolder folder;
  OutputFile output(folder.path("out.txt"));
  output.write("one\n");
  EXPECT_FALSE(fs::exists(folder.path("out.txt")));
  EXPECT_EQ(folder.read("out.txt.partial"), "one\n");
  output.write("two\n");
  output.commit();
  EXPECT_EQ(folder.read("out.txt"), "one\ntwo\n");
  EXPECT_EQ(entries(folder), 1u);
}

TEST(OutputFileTest, WithoutCommitTheOldFileStays) {
  const TempFolder folder;
  folder.write("out.txt", "old");
  OutputFile(folder.path("out.txt")).write("new");
  EXPECT_EQ(folder.read("out.txt"), "old");
  EXPECT_EQ(entries(folder), 1u);
}

TEST(OutputFileTest, WritesAllOfAFileAndReplacesIt) {
  const TempFolder folder;
  const std::string path = folder.path("file");
  const std::string bytes(300'000, '\0');
  write_file(path, "old");
  ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
  write_file(path, bytes);
  EXPECT_EQ(read_file(path), bytes);
  EXPECT_EQ(fs::status(path).permissions(), fs::perms(0640));
  EXPECT_EQ(entries(folder), 1u);
}

TEST(OutputFileTest, APipeIsWrittenAndStaysAPipe) {
  const TempFolder folder;
  ASSERT_EQ(::mkfifo(folder.path("pipe").c_str(), 0600), 0);
  std::string received;
  std::jthread reader([&] { received = folder.read("pipe"); });
  write_file(folder.path("pipe"), std::string(200'000, 'x'));
  reader.join();
  EXPECT_EQ(received, std::string(200'000, 'x'));
  EXPECT_TRUE(fs::is_fifo(folder.path("pipe")));
  EXPECT_EQ(entries(folder), 1u);
}

TEST(OutputFileTest, ASymbolicLinkStaysAndItsTargetIsReplaced) {
  const TempFolder folder;
  fs::create_directory(folder.path("below"));
  folder.write("below/real", "old");
  fs::create_symlink("below/real", folder.path("link"));
  write_file(folder.path("link"), "new");
  EXPECT_TRUE(fs::is_symlink(folder.path("link")));
  EXPECT_EQ(folder.read("below/real"), "new");

  fs::create_symlink("below/none", folder.path("dangling"));
  write_file(folder.path("dangling"), "made");
  EXPECT_EQ(folder.read("below/none"), "made");
  EXPECT_EQ(entries(folder), 3u);
}

TEST(OutputFileTest, StandardOutputByEachOfItsNames) {
  const TempFolder folder;
  fs::create_symlink("/dev/stdout", folder.path("link"));
  ::testing::internal::CaptureStdout();
  for (const std::string& name : {std::string("-"), std::string("/dev/stdout"),
                                  std::string("/dev/fd/1"), folder.path("link")}) {
    EXPECT_TRUE(is_standard_output(name)) << name;
    write_file(name, name.substr(0, 4) + "|");
  }
  EXPECT_THAT(::testing::internal::GetCapturedStdout(), HasSubstr("-|/dev|/dev|"));
  EXPECT_TRUE(fs::is_symlink("/dev/stdout"));
  EXPECT_FALSE(is_standard_output("/dev/stderr"));
  EXPECT_FALSE(is_standard_output(folder.path("-")));
}

// A shell that opened the file for appending has text in it.
TEST(OutputFileTest, AnOpenFileIsWrittenWhereItStands) {
  const TempFolder folder;
  const Descriptor open(::open(folder.write("log", "before\n").c_str(), O_WRONLY | O_APPEND));
  write_file("/dev/fd/" + std::to_string(open.get()), "after\n");
  EXPECT_EQ(folder.read("log"), "before\nafter\n");
}

TEST(OutputFileTest, AFullDiskIsAnErrorThatNamesTheFile) {
  OutputFile output("/dev/full");
  EXPECT_EQ(message_of<InputError>([&] { output.write("text"); }),
            "/dev/full: cannot write: No space left on device");
}

// A limit on the size of files stands in for a full disk: the write fails half way.
TEST(OutputFileTest, AFailedWriteLeavesTheOldFileAlone) {
  const TempFolder folder;
  const std::string path = folder.write("file", "old");
  rlimit saved{};
  getrlimit(RLIMIT_FSIZE, &saved);
  const auto saved_handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{.rlim_cur = 1000, .rlim_max = saved.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const std::string message =
      message_of<InputError>([&] { write_file(path, std::string(5000, 'x')); });
  setrlimit(RLIMIT_FSIZE, &saved);
  std::signal(SIGXFSZ, saved_handler);

  EXPECT_EQ(message, path + ": cannot write: File too large");
  EXPECT_EQ(folder.read("file"), "old");
  EXPECT_EQ(entries(folder), 1u);
}

TEST(OutputFileTest, AFolderAndAMissingFolderAreErrors) {
  const TempFolder folder;
  EXPECT_EQ(message_of<InputError>([&] { OutputFile{folder.path()}; }),
            folder.path() + ": is a folder, not a file");
  EXPECT_EQ(message_of<InputError>([&] { OutputFile{folder.path("no/out.txt")}; }),
            folder.path("no/out.txt") + ": cannot create: No such file or directory");
}

}  // namespace
}  // namespace nmt::text::output_file_test

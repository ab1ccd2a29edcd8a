// Files and streams, told apart by what is there.

#include "data/text/path_kind.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/text/error.h"
#include "tests/testing/temp_folder.h"

namespace nmt::text::path_kind_test {
namespace {

namespace fs = std::filesystem;
using testing::TempFolder;

TEST(PathKindTest, FilesFoldersAndWhatIsNotThereAreNoStreams) {
  const TempFolder folder;
  const std::string file = folder.write("file", "x");
  fs::create_symlink(file, folder.path("link"));
  for (const std::string& path : {file, folder.path("link"), folder.path(), folder.path("none")}) {
    EXPECT_FALSE(is_stream(path)) << path;
    EXPECT_FALSE(named_descriptor(path)) << path;
  }
}

TEST(PathKindTest, PipesDevicesAndOpenFilesAreStreams) {
  const TempFolder folder;
  ASSERT_EQ(::mkfifo(folder.path("pipe").c_str(), 0600), 0);
  fs::create_symlink(folder.path("pipe"), folder.path("link"));
  for (const std::string& path : {std::string("-"), folder.path("pipe"), folder.path("link"),
                                  std::string("/dev/null"), std::string("/dev/stdin")}) {
    EXPECT_TRUE(is_stream(path)) << path;
  }
  // The name of an open file does not outlive the process, whatever file it is.
  const int open = ::open(folder.write("file", "x").c_str(), O_RDONLY);
  EXPECT_TRUE(is_stream("/dev/fd/" + std::to_string(open)));
  ::close(open);
}

TEST(PathKindTest, OpenFilesAreKnownByAllTheirNames) {
  const TempFolder folder;
  EXPECT_EQ(named_descriptor("/dev/stdout"), 1);
  EXPECT_EQ(named_descriptor("/dev/fd/7"), 7);
  EXPECT_EQ(named_descriptor("/proc/self/fd/2"), 2);
  fs::create_symlink("/dev/stderr", folder.path("link"));
  EXPECT_EQ(named_descriptor(folder.path("link")), 2);
  EXPECT_FALSE(named_descriptor("/proc/self/fd/x"));
  EXPECT_FALSE(named_descriptor("/dev/null"));
}

TEST(PathKindTest, LinksAreFollowedAlsoToWhatIsNotThere) {
  const TempFolder folder;
  fs::create_directory(folder.path("below"));
  fs::create_symlink("../second", folder.path("below/first"));
  fs::create_symlink(folder.path("none"), folder.path("second"));
  EXPECT_EQ(fs::weakly_canonical(link_target(folder.path("below/first"))),
            fs::weakly_canonical(folder.path("none")));
  EXPECT_EQ(link_target("plain"), "plain");
  fs::create_symlink("b", folder.path("a"));
  fs::create_symlink("a", folder.path("b"));
  EXPECT_EQ(testing::message_of<InputError>([&] { link_target(folder.path("a")); }),
            folder.path("a") + ": its symbolic links go in a circle");
}

}  // namespace
}  // namespace nmt::text::path_kind_test

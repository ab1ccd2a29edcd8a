// Bytes of pipes and gzip: what comes is there as soon as it is written.

#include "data/text/byte_source.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/text/descriptor.h"
#include "data/text/error.h"
#include "data/text/segment_file.h"
#include "tests/data/text/gzip.h"
#include "tests/testing/temp_folder.h"

namespace nmt::text::byte_source_test {
namespace {

using testing::message_of;

// A pipe in a folder, open for writing, so that its reader is not at its end.
class PipeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
    writer_ = Descriptor(::open(path_.c_str(), O_RDWR | O_CLOEXEC));
  }

  void write(const std::string& bytes) { ASSERT_EQ(write_all(writer_.get(), bytes).error, 0); }

  testing::TempFolder folder_;
  std::string path_ = folder_.path("pipe");
  Descriptor writer_;
};

TEST_F(PipeTest, ALineIsThereBeforeTheNextIsWritten) {
  SegmentReader reader(path_);
  EXPECT_TRUE(reader.would_wait());
  std::string segment;
  for (const std::string line : {"", "one", "\xEF", "two"}) {
    write(line + "\n");
    EXPECT_FALSE(reader.would_wait());
    ASSERT_TRUE(reader.next(segment));
    EXPECT_EQ(segment, line);
    EXPECT_TRUE(reader.would_wait());
  }
  EXPECT_EQ(reader.position(), path_ + ":4");
}

TEST_F(PipeTest, SoIsALineOfAGzipThatGoesOn) {
  SegmentReader reader(path_);
  std::string segment;
  for (const std::string line : {"one", "two", "three"}) {
    write(gzip_member(line + "\n"));
    EXPECT_FALSE(reader.would_wait());
    ASSERT_TRUE(reader.next(segment));
    EXPECT_EQ(segment, line);
    EXPECT_TRUE(reader.would_wait());
  }
}

TEST_F(PipeTest, TheMarkAtItsStartIsSkipped) {
  SegmentReader reader(path_);
  write("\xEF\xBB\xBFone\n\xEF\xBB\xBFtwo\n");
  std::string segment;
  ASSERT_TRUE(reader.next(segment));
  EXPECT_EQ(segment, "one");
  ASSERT_TRUE(reader.next(segment));
  EXPECT_EQ(segment, "\xEF\xBB\xBFtwo");
}

TEST_F(PipeTest, OpeningItWaitsForNoByte) {
  const auto source = open_text(path_);
  EXPECT_TRUE(source->would_wait());
}

TEST(ByteSourceTest, ASocketIsReadByTheNameOfItsOpenFile) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  const Descriptor near(ends[0]);
  {
    const Descriptor far(ends[1]);
    ASSERT_EQ(write_all(far.get(), "text").error, 0);
  }
  EXPECT_EQ(read_all(*open_bytes("/dev/fd/" + std::to_string(near.get()))), "text");
}

TEST(ByteSourceTest, PackedBytesStayAsTheyAre) {
  const testing::TempFolder folder;
  const std::string packed = gzip_member("text");
  const std::string path = folder.write("file", packed);
  EXPECT_EQ(read_all(*open_packed(path)), packed);
  EXPECT_EQ(read_all(*open_bytes(path)), "text");
}

TEST(ByteSourceTest, OfAMarkWithinAGzipTheTextKnowsNothing) {
  const testing::TempFolder folder;
  const std::string path = folder.write("file", gzip_member("\xEF\xBB\xBFtext"));
  EXPECT_EQ(read_all(*open_text(path)), "text");
}

TEST(ByteSourceTest, BehindAGzipZerosAreNothingAndOtherBytesAnError) {
  const testing::TempFolder folder;
  const std::string packed = gzip_member("one\n");
  const std::string padded =
      folder.write("padded", packed + std::string(700, '\0') + gzip_member("two\n") + '\0');
  EXPECT_EQ(read_all(*open_bytes(padded)), "one\ntwo\n");
  const std::string longer = folder.write("longer", packed + "more");
  EXPECT_EQ(message_of<InputError>([&] { read_all(*open_bytes(longer)); }),
            longer + ": goes on behind its gzip part with bytes that are not gzip");
}

// Far more text than the bytes that hold it, so that zlib keeps some of it back.
TEST(ByteSourceTest, TextThatPacksWellIsWhole) {
  const testing::TempFolder folder;
  const std::string text(3'000'001, 'x');
  EXPECT_EQ(read_all(*open_bytes(folder.write("file", gzip_member(text)))), text);
}

TEST(ReadFileTest, ATextHasNoByteOrderMarkAndAFileKeepsIts) {
  const testing::TempFolder folder;
  const std::string path = folder.write("file", "\xEF\xBB\xBFseed = 3\n");
  EXPECT_EQ(read_text(path), "seed = 3\n");
  EXPECT_EQ(read_file(path), "\xEF\xBB\xBFseed = 3\n");
  // Half a mark is none.
  EXPECT_EQ(read_text(folder.write("half", "\xEF\xBB")), "\xEF\xBB");
  EXPECT_EQ(read_text(folder.write("empty", "")), "");
}

TEST(ReadFileTest, MissingFileIsAnError) {
  const testing::TempFolder folder;
  EXPECT_EQ(testing::message_of<InputError>([&] { read_file(folder.path("none")); }),
            folder.path("none") + ": cannot open: No such file or directory");
}

}  // namespace
}  // namespace nmt::text::byte_source_test

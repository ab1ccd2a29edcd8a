// Segment files: line ends, gzip, positions, and every way in which a file can be unusable.

#include "data/text/segment_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/text/error.h"
#include "tests/data/text/gzip.h"
#include "tests/testing/temp_folder.h"

namespace nmt::text::segment_file_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::message_of;

// Text that does not pack well, so that a cut falls inside the data.
std::string varied_lines(int count) {
  std::string text;
  uint32_t state = 1;
  for (int i = 0; i < count; ++i) {
    state = state * 1664525u + 1013904223u;
    text += std::to_string(state) + '\n';
  }
  return text;
}

class SegmentFileTest : public ::testing::Test {
 protected:
  std::vector<std::string> segments_of(const std::string& bytes) {
    return read_segments(folder_.write("file.txt", bytes));
  }
  testing::TempFolder folder_;
};

TEST_F(SegmentFileTest, LinesEndAtLineFeedOnly) {
  EXPECT_THAT(segments_of("a\r\nb\x0B c\xE2\x80\xA8 d\re\n"),
              ElementsAre("a\r", "b\x0B c\xE2\x80\xA8 d\re"));
  EXPECT_THAT(segments_of(std::string("a\0b\nc\n", 6)), ElementsAre(std::string("a\0b", 3), "c"));
}

TEST_F(SegmentFileTest, LastLineFeedIsOptional) {
  EXPECT_THAT(segments_of("a\nb"), ElementsAre("a", "b"));
  EXPECT_THAT(segments_of("a\nb\n"), ElementsAre("a", "b"));
  EXPECT_THAT(segments_of("a\n\n"), ElementsAre("a", ""));
  EXPECT_THAT(segments_of("\n"), ElementsAre(""));
  EXPECT_THAT(segments_of(""), IsEmpty());
}

TEST_F(SegmentFileTest, SegmentsMayBeLongerThanTheBuffer) {
  const std::string lengthy(1'000'003, 'x');
  EXPECT_THAT(segments_of("a\n" + lengthy + "\nb\n"), ElementsAre("a", lengthy, "b"));
  // An LF that is the last byte of a whole buffer ends its segment and starts no other.
  EXPECT_THAT(segments_of(std::string((1 << 18) - 1, 'y') + "\n").size(), 1);
}

TEST_F(SegmentFileTest, ReaderKnowsWhereItIs) {
  SegmentReader reader(folder_.write("file.txt", "a\nb\n"));
  std::string segment;
  EXPECT_EQ(reader.line_number(), 0);
  ASSERT_TRUE(reader.next(segment));
  ASSERT_TRUE(reader.next(segment));
  EXPECT_EQ(reader.position(), folder_.path("file.txt") + ":2");
  EXPECT_FALSE(reader.next(segment));
  EXPECT_FALSE(reader.next(segment));
  EXPECT_EQ(reader.line_number(), 2);
}

TEST_F(SegmentFileTest, ReaderKnowsWhetherTheLastLineEnded) {
  SegmentReader reader(folder_.write("file.txt", "a\nb"));
  std::string segment;
  ASSERT_TRUE(reader.next(segment));
  EXPECT_TRUE(reader.ended());
  ASSERT_TRUE(reader.next(segment));
  EXPECT_EQ(segment, "b");
  EXPECT_FALSE(reader.ended());
}

TEST_F(SegmentFileTest, GzipOfOneOrManyMembers) {
  const std::string text = varied_lines(100'000);
  const auto plain = segments_of(text);
  EXPECT_EQ(read_segments(folder_.write("one.gz", gzip_member(text))), plain);
  // The border between members falls inside a line.
  const std::string members =
      gzip_member(text.substr(0, 500'001)) + gzip_member(text.substr(500'001));
  EXPECT_EQ(read_segments(folder_.write("two.gz", members)), plain);
}

TEST_F(SegmentFileTest, GzipIsKnownByItsBytesWhateverItsName) {
  const std::string packed = gzip_member("a\nb\n");
  for (const char* name : {"text", "text.en", "text.GZ", "text.gz"}) {
    EXPECT_THAT(read_segments(folder_.write(name, packed)), ElementsAre("a", "b")) << name;
  }
  // Its first byte alone is text.
  EXPECT_THAT(segments_of("\x1F\n\x1F\x8C"), ElementsAre("\x1F", "\x1F\x8C"));
}

TEST_F(SegmentFileTest, AByteOrderMarkIsNoText) {
  EXPECT_THAT(segments_of("\xEF\xBB\xBF"
                          "a\nb\n"),
              ElementsAre("a", "b"));
  EXPECT_THAT(segments_of("\xEF\xBB\xBF\nb\n"), ElementsAre("", "b"));
  EXPECT_THAT(segments_of("\xEF\xBB\xBF"), IsEmpty());
  EXPECT_THAT(segments_of("\xEF\xBB"
                          "a\n"),
              ElementsAre("\xEF\xBB"
                          "a"));
}

TEST_F(SegmentFileTest, CutGzipIsAnErrorWhereverItIsCut) {
  const std::string packed = gzip_member(varied_lines(20'000));
  for (const size_t kept : {size_t{2}, size_t{7}, packed.size() / 2, packed.size() - 9,
                            packed.size() - 4, packed.size() - 1}) {
    const std::string path = folder_.write("cut.gz", packed.substr(0, kept));
    EXPECT_EQ(message_of<InputError>([&] { read_segments(path); }),
              path + ": the gzip file is cut short; fetch or pack it again")
        << kept;
  }
}

TEST_F(SegmentFileTest, DamagedGzipIsAnError) {
  std::string packed = gzip_member(varied_lines(20'000));
  packed[packed.size() / 2] ^= 0x55;
  const std::string path = folder_.write("damaged.gz", packed);
  EXPECT_THAT(message_of<InputError>([&] { read_segments(path); }),
              HasSubstr(path + ": cannot unpack: "));
}

TEST_F(SegmentFileTest, PlainFileNamedGzIsAnError) {
  const std::string path = folder_.write("plain.gz", "a\nb\n");
  EXPECT_EQ(message_of<InputError>([&] { read_segments(path); }),
            path + ": its name ends in .gz, but it is not a gzip file");
  const std::string empty = folder_.write("empty.gz", "");
  EXPECT_EQ(message_of<InputError>([&] { read_segments(empty); }),
            empty + ": its name ends in .gz, but it is not a gzip file (it is empty)");
}

TEST_F(SegmentFileTest, MissingFileAndFolderAreErrors) {
  const std::string missing = folder_.path("missing");
  EXPECT_EQ(message_of<InputError>([&] { read_segments(missing); }),
            missing + ": cannot open: No such file or directory");
  EXPECT_EQ(message_of<InputError>([&] { read_segments(folder_.path()); }),
            folder_.path() + ": is a folder, not a file");
}

TEST_F(SegmentFileTest, UnreadableFileIsAnError) {
  const std::string path = folder_.write("secret", "a\n");
  ::chmod(path.c_str(), 0);
  if (::access(path.c_str(), R_OK) == 0) {
    // Root reads everything; a file beneath a file is out of reach even so.
    EXPECT_EQ(message_of<InputError>([&] { read_segments(path + "/x"); }),
              path + "/x: cannot open: Not a directory");
  } else {
    EXPECT_EQ(message_of<InputError>([&] { read_segments(path); }),
              path + ": cannot open: Permission denied");
  }
}

TEST_F(SegmentFileTest, DashIsStandardInput) {
  const std::string path = folder_.write("input", "a\nb\n");
  const int saved = ::dup(STDIN_FILENO);
  ASSERT_NE(std::freopen(path.c_str(), "r", stdin), nullptr);
  SegmentReader reader("-");
  std::string segment;
  EXPECT_TRUE(reader.next(segment));
  EXPECT_EQ(segment, "a");
  EXPECT_EQ(reader.position(), "standard input:1");
  ::dup2(saved, STDIN_FILENO);
  ::close(saved);
}

}  // namespace
}  // namespace nmt::text::segment_file_test

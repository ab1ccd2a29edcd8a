// Pair files: line ends, gzip, files of different length, and the three rules for invalid UTF-8.

#include "data/pair_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "data/text/error.h"
#include "tests/testing/temp_folder.h"

namespace nmt::data::pair_reader_test {
namespace {

using nmt::testing::message_of;

class PairReaderTest : public ::testing::Test {
 protected:
  std::string source(const std::string& bytes) { return folder_.write("train.en", bytes); }
  std::string target(const std::string& bytes) { return folder_.write("train.de", bytes); }

  // As "source|target" lines.
  std::vector<std::string> joined(const std::string& source_bytes, const std::string& target_bytes,
                                  text::InvalidUtf8 rule = text::InvalidUtf8::kFail) {
    std::vector<std::string> lines;
    PairReader reader(source(source_bytes), target(target_bytes), rule);
    for (SentencePair pair; reader.next(pair);) lines.push_back(pair.source + "|" + pair.target);
    return lines;
  }

  nmt::testing::TempFolder folder_;
};

TEST_F(PairReaderTest, LineBesideLine) {
  EXPECT_THAT(joined("a\n\nc\n", "x\ny\nz"), ::testing::ElementsAre("a|x", "|y", "c|z"));
  EXPECT_THAT(joined("", ""), ::testing::IsEmpty());
}

TEST_F(PairReaderTest, OneCarriageReturnAtTheEndIsRemoved) {
  EXPECT_THAT(joined("a\r\nb\rc\r\r\n", "x\ny\r\n"), ::testing::ElementsAre("a|x", "b\rc\r|y"));
}

TEST_F(PairReaderTest, GzipBesidePlain) {
  gzFile file = gzopen(folder_.path("train.de.gz").c_str(), "wb");
  gzputs(file, "x\ny\n");
  gzclose_w(file);
  PairReader reader(source("a\nb\n"), folder_.path("train.de.gz"), text::InvalidUtf8::kFail);
  SentencePair pair;
  ASSERT_TRUE(reader.next(pair) && reader.next(pair));
  EXPECT_EQ(pair.target, "y");
  EXPECT_FALSE(reader.next(pair));
}

TEST_F(PairReaderTest, DifferentLengthsNameBothFilesAndCounts) {
  const std::string en = folder_.path("train.en");
  const std::string de = folder_.path("train.de");
  const std::string rule = ": line i of one must translate line i of the other";
  EXPECT_EQ(message_of<InputError>([&] { joined("a\nb\nc\nd\n", "x\ny\n"); }),
            en + " has 4 lines but " + de + " has 2" + rule);
  EXPECT_EQ(message_of<InputError>([&] { joined("", "x\ny"); }),
            en + " has 0 lines but " + de + " has 2" + rule);
  // Leaving pairs out does not shift the lines.
  EXPECT_EQ(
      message_of<InputError>([&] { joined("\xFF\nb\n", "x\ny\nz\n", text::InvalidUtf8::kSkip); }),
      en + " has 2 lines but " + de + " has 3" + rule);
}

TEST_F(PairReaderTest, InvalidBytesFailWithFileLineAndByte) {
  EXPECT_EQ(message_of<InputError>([&] { joined("a\nb\nc\n", "x\nna\xC3\xAFv caf\xE9!\nz\n"); }),
            folder_.path("train.de") +
                ": line 2, byte 10 (0xE9) is not valid UTF-8; convert the file to UTF-8, or pass "
                "--invalid-utf8 skip to leave such pairs out or replace to mend them");
}

TEST_F(PairReaderTest, InvalidBytesCanBeReplaced) {
  EXPECT_THAT(joined("a\n\xE9\n", "\xE2\x82y\nx\n", text::InvalidUtf8::kReplace),
              ::testing::ElementsAre("a|\uFFFDy", "\uFFFD|x"));
}

TEST_F(PairReaderTest, InvalidPairsCanBeSkipped) {
  PairReader reader(source("\xFF\nb\nc\nd\xC0\n"), target("w\nx\n\x80\nz\n"),
                    text::InvalidUtf8::kSkip);
  SentencePair pair;
  ASSERT_TRUE(reader.next(pair));
  EXPECT_EQ(pair.source, "b");
  EXPECT_EQ(pair.target, "x");
  EXPECT_EQ(reader.line_number(), 2);
  EXPECT_FALSE(reader.next(pair));
  EXPECT_EQ(reader.line_number(), 4);
}

TEST_F(PairReaderTest, MissingFileIsNamed) {
  const auto open = [&] {
    PairReader(source("a\n"), folder_.path("none"), text::InvalidUtf8::kFail);
  };
  EXPECT_EQ(message_of<InputError>(open),
            folder_.path("none") + ": cannot open: No such file or directory");
}

}  // namespace
}  // namespace nmt::data::pair_reader_test

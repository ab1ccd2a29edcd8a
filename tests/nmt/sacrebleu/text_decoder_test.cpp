// TextDecoder: encodings by Python's names.

#include "nmt/sacrebleu/encodings/text_decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/text/error.h"
#include "tests/testing/temp_folder.h"

namespace nmt::sacrebleu::text_decoder_test {
namespace {

TEST(TextDecoderTest, TakesTheNamesThatPythonTakes) {
  for (const char* name :
       {"utf-8", "UTF8", "utf_8", "U8", "latin-1", "ISO-8859-1", "ASCII", "utf-8-sig"}) {
    EXPECT_NO_THROW(TextDecoder{name}) << name;
  }
  EXPECT_THROW(TextDecoder{"utf-9"}, InputError);
  EXPECT_THROW(TextDecoder{"idna"}, InputError);
}

TEST(TextDecoderTest, OnlyUtf8SigDropsAByteOrderMarkAndOnlyAtTheStart) {
  for (const bool first : {true, false}) {
    std::string line = "\xEF\xBB\xBFtext";
    EXPECT_EQ(TextDecoder("utf-8-sig").decode(line, first), std::nullopt);
    EXPECT_EQ(line, first ? "text" : "\xEF\xBB\xBFtext");
  }
  std::string line = "\xEF\xBB\xBFtext";
  EXPECT_EQ(TextDecoder("utf-8").decode(line, true), std::nullopt);
  EXPECT_EQ(line, "\xEF\xBB\xBFtext");
}

TEST(TextDecoderTest, NamesTheByteThatIsNotUtf8) {
  std::string line = "ab\xFF";
  EXPECT_THAT(*TextDecoder("utf-8").decode(line, false), ::testing::HasSubstr("byte 3"));
}

TEST(TextDecoderTest, ReadsLatin1AndRefusesWhatIsNotAscii) {
  const testing::TempFolder folder;
  const std::string path = folder.write("text", "x\nGr\xF6\xDF\145\n");
  EXPECT_EQ(read_decoded_lines(path, TextDecoder("latin-1")),
            (std::vector<std::string>{"x", "Größe"}));
  EXPECT_THAT(
      testing::message_of<InputError>([&] { read_decoded_lines(path, TextDecoder("us-ascii")); }),
      ::testing::EndsWith("text:2: the line is not in the encoding"));
}

TEST(TextDecoderTest, LinesEndWhereTheTextSays) {
  const testing::TempFolder folder;
  // U+010A, the letter whose number holds the byte of LF, and a CR that stays in its line.
  const std::string text("\xFF\xFE\x0A\x01\x0D\x00x\x00\x0A\x00y\x00", 12);
  const auto lines = read_decoded_lines(folder.write("text", text), TextDecoder("utf-16"));
  EXPECT_EQ(lines, (std::vector<std::string>{"\u010A\rx", "y"}));
}

TEST(TextDecoderTest, NamesTheLineThatIsNotInTheEncoding) {
  const testing::TempFolder folder;
  const auto problem = [&](const char* encoding, const std::string& text) {
    const std::string path = folder.write("text", text);
    return testing::message_of<InputError>(
        [&] { read_decoded_lines(path, TextDecoder(encoding)); });
  };
  EXPECT_THAT(problem("gb2312", "a\nb\n\xFF\xFF\n"),
              ::testing::EndsWith("text:3: the line is not in the encoding"));
  EXPECT_THAT(problem("euc-kr", "a\nb\n\xA4"),
              ::testing::EndsWith("text:3: the line ends within a character"));
  EXPECT_THAT(problem("utf-32", "abcd\n"), ::testing::HasSubstr("text:1: "));
}

TEST(TextDecoderTest, UnicodeIsStrictAndSaysItsByteOrder) {
  const testing::TempFolder folder;
  const auto lines = [&](const char* encoding, const std::string& text) {
    return read_decoded_lines(folder.write("text", text), TextDecoder(encoding));
  };
  const std::vector<std::string> smile = {"\U0001F600"};
  EXPECT_EQ(lines("utf-16", std::string("\xFE\xFF\xD8\x3D\xDE\x00", 6)), smile);
  EXPECT_EQ(lines("U16", std::string("\xFF\xFE\x3D\xD8\x00\xDE", 6)), smile);
  EXPECT_EQ(lines("utf-32", std::string("\xFF\xFE\0\0\x00\xF6\x01\0", 8)),
            (std::vector<std::string>{"\U0001F600"}));
  EXPECT_EQ(lines("UTF_16LE", std::string("\xFF\xFE\x61\0", 4)),
            (std::vector<std::string>{"\uFEFFa"}));
  EXPECT_EQ(lines("utf-16", ""), std::vector<std::string>());
  EXPECT_THROW(lines("utf-16", std::string("a\0", 2)), InputError);
  EXPECT_THROW(lines("utf-16-be", "\xD8\x3D"), InputError);
  EXPECT_THROW(lines("utf-16-be", "\xDE\x01\xDE\x01"), InputError);
  EXPECT_THROW(lines("utf-32-be", std::string("\0\x11\0\0", 4)), InputError);
}

TEST(TextDecoderTest, TextsLongerThanABufferAreWhole) {
  const testing::TempFolder folder;
  std::string packed, plain;
  for (int i = 0; i < 100'000; ++i) {
    packed += i % 1000 == 999 ? "\n" : "\xB0\xA1";
    plain += i % 1000 == 999 ? "\n" : "가";
  }
  std::string text;
  for (const auto& line : read_decoded_lines(folder.write("text", packed), TextDecoder("euc_kr"))) {
    text += line + '\n';
  }
  EXPECT_EQ(text, plain);
}

}  // namespace
}  // namespace nmt::sacrebleu::text_decoder_test

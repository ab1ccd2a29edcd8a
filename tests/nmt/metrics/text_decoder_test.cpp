// TextDecoder: encodings by Python's names.

#include "nmt/metrics/command/text_decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/text/error.h"

namespace nmt::metrics {
namespace {

TEST(TextDecoderTest, TakesTheNamesThatPythonTakes) {
  for (const char* name :
       {"utf-8", "UTF8", "utf_8", "U8", "latin-1", "ISO-8859-1", "ASCII", "utf-8-sig"}) {
    EXPECT_NO_THROW(TextDecoder{name}) << name;
  }
  EXPECT_THROW(TextDecoder{"utf-16"}, InputError);
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
  EXPECT_THAT(*TextDecoder("utf-8").decode(line, false), testing::HasSubstr("byte 3"));
  std::string umlaut = "ä";
  EXPECT_NE(TextDecoder("ascii").decode(umlaut, false), std::nullopt);
}

TEST(TextDecoderTest, WidensLatin1) {
  std::string line =
      "Gr\xF6\xDF"
      "e";
  EXPECT_EQ(TextDecoder("latin-1").decode(line, true), std::nullopt);
  EXPECT_EQ(line, "Größe");
}

}  // namespace
}  // namespace nmt::metrics

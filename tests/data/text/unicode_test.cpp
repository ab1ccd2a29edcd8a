// Unicode properties over all code points against checksums of Python's, and white space by hand.

#include "data/text/unicode.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "data/text/unicode_case.h"
#include "data/text/utf8.h"

namespace nmt::text::unicode_test {
namespace {

// FNV-1a over 32-bit words, least significant byte first, as the recorder has it.
class Checksum {
 public:
  void add(uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8) {
      value_ = (value_ ^ (value >> shift & 0xFF)) * 0x100000001B3;
    }
  }

  std::string text() const {
    char buffer[17];
    std::snprintf(buffer, sizeof buffer, "%016llx", static_cast<unsigned long long>(value_));
    return buffer;
  }

 private:
  uint64_t value_ = 0xCBF29CE484222325;
};

std::string recorded(const std::string& property) {
  std::ifstream file(NMT_GOLDEN_UNICODE);
  std::map<std::string, std::string> checksums;
  for (std::string name, checksum; file >> name >> checksum;) checksums[name] = checksum;
  return checksums[property];
}

template <class Visit>
void for_each_scalar(const Visit& visit) {
  for (char32_t c = 0; c < 0x110000; ++c) {
    if (c < 0xD800 || c > 0xDFFF) visit(c);
  }
}

TEST(UnicodeTest, ClassesAreThoseOfRegex) {
  Checksum checksum;
  for_each_scalar([&](char32_t c) { checksum.add(static_cast<uint32_t>(character_class(c))); });
  EXPECT_EQ(checksum.text(), recorded("classes"));
}

TEST(UnicodeTest, WhiteSpaceIsThatOfPython) {
  Checksum checksum;
  for_each_scalar([&](char32_t c) { checksum.add(is_white_space(c)); });
  EXPECT_EQ(checksum.text(), recorded("spaces"));
}

TEST(UnicodeTest, WhiteSpaceIsFoundInUtf8) {
  for_each_scalar([&](char32_t c) {
    std::string text;
    append_utf8(c, text);
    ASSERT_EQ(white_space_length(text, 0), is_white_space(c) ? text.size() : 0) << uint32_t{c};
    ASSERT_EQ(strip_right("x" + text), is_white_space(c) ? "x" : "x" + text) << uint32_t{c};
    size_t position = 0;
    ASSERT_EQ(next_code_point(text, position), c);
    ASSERT_EQ(position, text.size());
  });
}

TEST(UnicodeTest, LowerCaseOfOneIsThatOfPython) {
  Checksum checksum;
  for_each_scalar([&](char32_t c) { checksum.add(lower_code_point(c)); });
  EXPECT_EQ(checksum.text(), recorded("lower"));
}

// Every code point on both sides of a capital sigma.
TEST(UnicodeTest, LowerCaseOfSigmaDependsOnItsNeighboursAsInPython) {
  Checksum checksum;
  for_each_scalar([&](char32_t c) {
    std::string line;
    for (const char32_t part : {U'a', c, U'Σ', c, U' ', U'Σ', c, U'Σ', U'\n'}) {
      append_utf8(part, line);
    }
    const std::string small = lower(line);
    for (size_t at = 0; at < small.size();) checksum.add(next_code_point(small, at));
  });
  EXPECT_EQ(checksum.text(), recorded("sigma"));
}

TEST(UnicodeTest, LowerCaseMayGrow) {
  EXPECT_EQ(lower("İSTANBUL ΟΔΟΣ"), "i\u0307stanbul οδος");
}

TEST(UnicodeTest, SplitsAndStripsAsPython) {
  EXPECT_EQ(split_at_white_space("  a\u00a0b\u3000c\x1c"
                                 "d\u200be  "),
            (std::vector<std::string_view>{"a", "b", "c", "d\u200be"}));
  EXPECT_TRUE(split_at_white_space(" \u2003\t").empty());
  EXPECT_EQ(strip("\u3000 a b \u2028"), "a b");
  EXPECT_EQ(strip_right(" \u00a0\n"), "");
}

TEST(UnicodeTest, StaysWithinTextThatIsNotUtf8) {
  for (const std::string text : {"\xE3\x80", "\xF0", "\x80\x80\x80", "a\xC2"}) {
    for (size_t position = 0; position < text.size();) next_code_point(text, position);
    EXPECT_LE(strip_right(text).size(), text.size());
    EXPECT_LE(lower(text).size(), 4 * text.size());
    EXPECT_LE(split_at_white_space(text).size(), text.size());
  }
}

}  // namespace
}  // namespace nmt::text::unicode_test

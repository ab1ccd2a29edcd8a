// UTF-8 against the Unicode Standard: the table of well-formed sequences, exhaustively for short
// ones, and the standard's own examples of replacement.

#include "data/text/utf8.h"

#include <gtest/gtest.h>

#include <vector>

namespace nmt::text::utf8_test {
namespace {

// The definition, written by arithmetic and not by byte ranges: the shortest form of a scalar
// value.
std::string naive_encoding(uint32_t c) {
  const auto tail = [&](int shift) { return static_cast<char>(0x80 + (c >> shift) % 64); };
  if (c < 0x80) return {static_cast<char>(c)};
  if (c < 0x800) return {static_cast<char>(0xC0 + c / 64), tail(0)};
  if (c < 0x10000) return {static_cast<char>(0xE0 + c / 4096), tail(6), tail(0)};
  return {static_cast<char>(0xF0 + c / 262144), tail(12), tail(6), tail(0)};
}

std::string appended(char32_t c) {
  std::string text;
  append_utf8(c, text);
  return text;
}

bool is_scalar(uint32_t c) {
  return c < 0xD800 || (c > 0xDFFF && c <= 0x10FFFF);
}

TEST(Utf8Test, EveryScalarValueIsEncoded) {
  for (uint32_t c = 0; c <= 0x10FFFF; ++c) {
    if (!is_scalar(c)) continue;
    const std::string bytes = naive_encoding(c);
    ASSERT_FALSE(find_invalid_utf8(bytes)) << std::hex << c;
    ASSERT_EQ(appended(c), bytes);
  }
}

TEST(Utf8Test, ExactlyTheEncodingsOfScalarValuesAreValid) {
  // Every sequence of 2 and 3 bytes that starts with a non-ASCII byte.
  std::vector<bool> valid2(1 << 16), valid3(1 << 24);
  const auto index = [](const std::string& bytes) {
    uint32_t value = 0;
    for (const char byte : bytes) value = value * 256 + static_cast<uint8_t>(byte);
    return value;
  };
  for (uint32_t c = 0x80; c <= 0xFFFF; ++c) {
    if (!is_scalar(c)) continue;
    const std::string bytes = naive_encoding(c);
    (bytes.size() == 2 ? valid2 : valid3)[index(bytes)] = true;
    for (uint32_t next = 0; next < 0x80 && bytes.size() == 2; ++next) {
      valid3[index(bytes) * 256 + next] = true;
    }
  }
  for (uint32_t i = 0x8000; i < (1 << 16); ++i) {
    const std::string bytes = {static_cast<char>(i >> 8), static_cast<char>(i)};
    ASSERT_EQ(!find_invalid_utf8(bytes), valid2[i]) << std::hex << i;
  }
  for (uint32_t i = 0x800000; i < (1 << 24); ++i) {
    const std::string bytes = {static_cast<char>(i >> 16), static_cast<char>(i >> 8),
                               static_cast<char>(i)};
    ASSERT_EQ(!find_invalid_utf8(bytes), valid3[i]) << std::hex << i;
  }
}

TEST(Utf8Test, RefusesWhatIsNotWellFormed) {
  const std::vector<std::string> wrong = {
      "\x80",              // a continuation alone
      "\xC0\xAF",          // overlong /
      "\xE0\x80\xAF",      // overlong /
      "\xF0\x8F\xBF\xBF",  // overlong U+FFFF
      "\xED\xA0\x80",      // surrogate
      "\xF4\x90\x80\x80",  // above U+10FFFF
      "\xF8\x88\x80\x80\x80",
      "\xFF",
      "\xE2\x82",      // cut
      "\xF0\x9F\x98",  // cut
  };
  for (const std::string& bytes : wrong) {
    EXPECT_EQ(find_invalid_utf8("caf\xC3\xA9 0123456789" + bytes), 16u);
    EXPECT_EQ(find_invalid_utf8(bytes + "z"), 0u);
  }
}

// Unicode Standard 15, tables 3-8 to 3-11.
TEST(Utf8Test, ReplacesMaximalParts) {
  const std::string r = "\xEF\xBF\xBD";
  EXPECT_EQ(replace_invalid_utf8("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41"),
            r + r + r + r + r + r + r + r + "A");
  EXPECT_EQ(replace_invalid_utf8("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41"),
            r + r + r + r + r + r + r + r + "A");
  EXPECT_EQ(replace_invalid_utf8("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42"),
            r + r + r + r + r + "A" + r + r + "B");
  EXPECT_EQ(replace_invalid_utf8("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41"), r + r + r + r + "A");
  EXPECT_EQ(replace_invalid_utf8("na\xC3\xAFve"), "na\xC3\xAFve");
  EXPECT_EQ(replace_invalid_utf8(""), "");
}

TEST(Utf8Test, EncodingReplacesWhatIsNoScalarValue) {
  EXPECT_EQ(appended(0xD800) + appended(0x110000), "\xEF\xBF\xBD\xEF\xBF\xBD");
}

}  // namespace
}  // namespace nmt::text::utf8_test

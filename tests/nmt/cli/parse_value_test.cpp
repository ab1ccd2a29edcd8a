// Values out of text: strict reading, and numbers that survive writing.

#include "nmt/cli/parse_value.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "data/text/error.h"

namespace nmt::cli::parse_value_test {
namespace {

TEST(ParseValueTest, RealNumbersSurviveWriting) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> mantissa(-10, 10), exponent(-300, 300);
  for (int i = 0; i < 10'000; ++i) {
    const double value = mantissa(random) * std::pow(10.0, exponent(random));
    ASSERT_EQ(parse_real(format_real(value)), value);
  }
}

TEST(ParseValueTest, RealNumbersReadWell) {
  EXPECT_EQ(format_real(0.0), "0");
  EXPECT_EQ(format_real(0.1), "0.1");
  EXPECT_EQ(format_real(0.0005), "0.0005");
  EXPECT_EQ(format_real(1e-9), "1e-09");
  EXPECT_EQ(format_real(15), "15");
  EXPECT_EQ(format_real(1e30), "1e+30");
}

TEST(ParseValueTest, TheWholeTextCounts) {
  for (const char* text : {"", " 1", "1 ", "1x", "0x1", "1.", "--1", "+1", "1e3"}) {
    EXPECT_THROW(parse_whole_number(text), UsageError) << text;
  }
  for (const char* text : {"", " 1", "1 ", "1x", "1,5", "inf", "nan", "1e999", "+1"}) {
    EXPECT_THROW(parse_real(text), UsageError) << text;
  }
  EXPECT_EQ(parse_whole_number("-9223372036854775808"), INT64_MIN);
  EXPECT_EQ(parse_real("1e-3"), 0.001);
}

TEST(ParseValueTest, RangesIncludeTheirEnds) {
  EXPECT_EQ(parse_whole_number("1", 1, 3), 1);
  EXPECT_EQ(parse_whole_number("3", 1, 3), 3);
  EXPECT_THROW(parse_whole_number("0", 1, 3), UsageError);
  EXPECT_THROW(parse_whole_number("4", 1, 3), UsageError);
}

}  // namespace
}  // namespace nmt::cli::parse_value_test

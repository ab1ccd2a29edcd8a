#include "nmt/config/length_bound.h"

#include <gtest/gtest.h>

#include "data/text/error.h"
#include "tests/testing/temp_folder.h"

namespace nmt::config::length_bound_test {
namespace {

std::string error(const std::string& text) {
  return testing::message_of<UsageError>([&] { parse_length_bound(text); });
}

TEST(LengthBound, IsALineInTheSourcesLength) {
  EXPECT_EQ(parse_length_bound("2x+10").of(7), 24);
  EXPECT_EQ(parse_length_bound("1.5x+0").of(5), 7);
  EXPECT_EQ(parse_length_bound("1.5x").of(5), 7);
  EXPECT_EQ(parse_length_bound("40").of(5), 40);
  EXPECT_EQ(parse_length_bound("0x+40").of(1000), 40);
}

TEST(LengthBound, ReadsBackWhatItWrites) {
  for (const std::string text : {"2x+10", "1.5x+0", "0x+40", "0.1x+3"}) {
    EXPECT_EQ(to_string(parse_length_bound(text)), text);
  }
}

TEST(LengthBound, SaysItsGrammar) {
  EXPECT_EQ(error("long"),
            "must be Ax+B, such as 2x+10 for twice the source's pieces and ten more, got 'long'");
  for (const char* wrong : {"", "0", "x", "-1x+10", "2x10", "2x+", "2x+1.5", "2x-3", "0x+0", "x+1",
                            "nanx+1", "1e9x+1"}) {
    EXPECT_TRUE(error(wrong).starts_with("must be Ax+B")) << wrong;
  }
}

}  // namespace
}  // namespace nmt::config::length_bound_test

// Text on one line: every character that ends a line for some reader, and those that only look so.

#include "data/text/one_line.h"

#include <gtest/gtest.h>

namespace nmt::text::one_line_test {
namespace {

TEST(OneLineTest, WhatEndsALineBecomesASpace) {
  EXPECT_EQ(on_one_line("a\nb\rc\vd\fe"), "a b c d e");
  EXPECT_EQ(on_one_line("a\x1C"
                        "b\x1D"
                        "c\x1E"
                        "d"),
            "a b c d");
  EXPECT_EQ(on_one_line("a\u0085b\u2028c\u2029d"), "a b c d");
  EXPECT_EQ(on_one_line("\r\n"), "  ");
  EXPECT_EQ(on_one_line("\n"), " ");
}

TEST(OneLineTest, AllElseStaysAsItIs) {
  const std::string text = std::string("\0\t\x1B\x1F ", 5) + "\u00A0\u0084\u2027\u202A\u3000ä…\xC2";
  EXPECT_EQ(on_one_line(text), text);
  EXPECT_EQ(on_one_line(""), "");
}

}  // namespace
}  // namespace nmt::text::one_line_test

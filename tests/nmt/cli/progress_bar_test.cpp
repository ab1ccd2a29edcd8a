// ProgressBar: one rewritten line on a terminal, spaced plain lines elsewhere.

#include "nmt/cli/progress_bar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

namespace nmt::cli::progress_bar_test {
namespace {

BarState at(double seconds, double fraction = 0.25) {
  return {.text = "update " + std::to_string(std::lround(seconds * 10)) + "  loss 4.321",
          .elapsed_seconds = seconds,
          .fraction = fraction};
}

TEST(ProgressBarTest, TextEndsInTheTimeLeft) {
  EXPECT_EQ(progress_text(at(100)), "update 1000  loss 4.321  5m00s left");
  BarState endless = at(100);
  endless.fraction.reset();
  EXPECT_EQ(progress_text(endless), "update 1000  loss 4.321");
  EXPECT_FALSE(seconds_left(at(1, 0.0)));
  EXPECT_EQ(seconds_left(at(1, 2.0)), 0.0);
}

TEST(ProgressBarTest, PlainLinesAtTheInterval) {
  std::ostringstream out;
  ProgressBar bar(out, {.terminal = false, .line_interval = 10});
  for (int second = 0; second <= 25; ++second) bar.show(at(second));
  bar.finish();
  EXPECT_EQ(out.str(), progress_text(at(0)) + "\n" + progress_text(at(10)) + "\n" +
                           progress_text(at(20)) + "\n" + progress_text(at(25)) + "\n");
}

TEST(ProgressBarTest, TerminalLineIsRewrittenInPlace) {
  std::ostringstream out;
  ProgressBar bar(out, {.terminal = true, .width = 100});
  bar.show(at(10, 0.5));
  bar.show(at(10.01, 0.5));  // Too soon.
  bar.show(at(20, 0.75));
  bar.finish();
  EXPECT_EQ(out.str(), "[###############...............]  " + progress_text(at(10, 0.5)) +
                           "\r\x1B[K[######################........]  " +
                           progress_text(at(20, 0.75)) + "\n");
}

TEST(ProgressBarTest, LineNeverFillsTheTerminal) {
  for (const int width : {1, 20, 60, 80, 200}) {
    std::ostringstream out;
    ProgressBar bar(out, {.terminal = true, .width = width});
    bar.show(at(10));
    EXPECT_LE(out.str().size(), static_cast<size_t>(std::max(width - 1, 1)));
  }
}

TEST(ProgressBarTest, WhatComesAfterTheBarStandsOnALineOfItsOwn) {
  std::ostringstream out;
  {
    ProgressBar bar(out, {.terminal = true, .width = 60});
    bar.show(at(10));
  }
  EXPECT_THAT(out.str(), ::testing::EndsWith("\n"));
  std::ostringstream silent;
  { ProgressBar bar(silent, {.terminal = true, .width = 60}); }
  EXPECT_EQ(silent.str(), "");
}

TEST(ProgressBarTest, WithoutATerminalThereIsNoControlCharacter) {
  std::ostringstream out;
  ProgressBar bar(out, {.terminal = false, .line_interval = 10});
  bar.show(at(0));
  bar.message("warning");
  bar.show(at(10));
  bar.finish();
  EXPECT_EQ(out.str(), progress_text(at(0)) + "\nwarning\n" + progress_text(at(10)) + "\n");
}

TEST(ProgressBarTest, MessagesStandAboveTheBar) {
  std::ostringstream out;
  ProgressBar bar(out, {.terminal = true, .width = 60});
  bar.message("start");
  bar.show(at(10));
  bar.message("validation");
  const std::string line = out.str().substr(6, out.str().find('\r') - 6);
  EXPECT_EQ(out.str(), "start\n" + line + "\r\x1B[Kvalidation\n" + line);
}

}  // namespace
}  // namespace nmt::cli::progress_bar_test

// Stop signals: the first one sets a flag; which of them ends the program when it comes again, and
// which are left alone where they are ignored.

#include "nmt/cli/stop_signal.h"

#include <gtest/gtest.h>

#include <csignal>

namespace nmt::cli::stop_signal_test {
namespace {

void stop_twice(int first, int second) {
  const std::atomic<bool>& stop = catch_stop_signals();
  if (stop) std::_Exit(3);
  std::raise(first);
  if (!stop) std::_Exit(4);
  std::raise(second);
  std::_Exit(0);
}

TEST(StopSignalTest, TheSecondOfAKindEndsTheProgram) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(stop_twice(SIGINT, SIGINT), ::testing::KilledBySignal(SIGINT), "");
  EXPECT_EXIT(stop_twice(SIGTERM, SIGTERM), ::testing::KilledBySignal(SIGTERM), "");
}

TEST(StopSignalTest, TheFirstOfEachKindIsCaught) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(stop_twice(SIGINT, SIGTERM), ::testing::ExitedWithCode(0), "");
}

// Exits with 0 if `signal` sets the flag each time and never ends the program.
void stop_again_and_again(int signal) {
  const std::atomic<bool>& stop = catch_stop_signals();
  if (stop) std::_Exit(3);
  for (int i = 0; i < 3; ++i) std::raise(signal);
  std::_Exit(stop ? 0 : 4);
}

TEST(StopSignalTest, AHangUpAWarningOrALostReaderMayComeAgain) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  for (const int signal : {SIGHUP, SIGUSR1, SIGPIPE}) {
    EXPECT_EXIT(stop_again_and_again(signal), ::testing::ExitedWithCode(0), "") << signal;
  }
}

void raise_ignored(int signal) {
  std::signal(signal, SIG_IGN);
  const std::atomic<bool>& stop = catch_stop_signals();
  std::raise(signal);
  std::_Exit(stop ? 4 : 0);
}

TEST(StopSignalTest, WhatIsIgnoredAtTheStartStaysIgnored) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  for (const int signal : {SIGHUP, SIGUSR1, SIGPIPE}) {
    EXPECT_EXIT(raise_ignored(signal), ::testing::ExitedWithCode(0), "") << signal;
  }
}

}  // namespace
}  // namespace nmt::cli::stop_signal_test

// Stop signals: the first one sets a flag, a second one ends the program.

#include "nmt/cli/stop_signal.h"

#include <gtest/gtest.h>

#include <csignal>

namespace nmt::cli {
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

}  // namespace
}  // namespace nmt::cli

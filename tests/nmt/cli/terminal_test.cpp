// Which terminals can rewrite a line: a pseudo-terminal under several values of TERM.

#include "nmt/cli/terminal.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <string>

namespace nmt::cli::terminal_test {
namespace {

class TerminalTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const char* term = ::getenv("TERM")) term_ = term;
    master_ = ::posix_openpt(O_RDWR | O_NOCTTY);
    ASSERT_GE(master_, 0);
    ASSERT_EQ(::grantpt(master_), 0);
    ASSERT_EQ(::unlockpt(master_), 0);
    terminal_ = ::open(::ptsname(master_), O_RDWR | O_NOCTTY);
    ASSERT_GE(terminal_, 0);
  }
  void TearDown() override {
    ::close(terminal_);
    ::close(master_);
    ::setenv("TERM", term_.c_str(), 1);
  }

  int master_ = -1, terminal_ = -1;
  std::string term_;
};

TEST_F(TerminalTest, TermSaysWhichCannotRewriteALine) {
  EXPECT_TRUE(is_terminal(terminal_));
  ::setenv("TERM", "xterm", 1);
  EXPECT_TRUE(is_rewritable_terminal(terminal_));
  ::setenv("TERM", "dumb", 1);
  EXPECT_FALSE(is_rewritable_terminal(terminal_));
  ::setenv("TERM", "", 1);
  EXPECT_FALSE(is_rewritable_terminal(terminal_));
  ::unsetenv("TERM");
  EXPECT_FALSE(is_rewritable_terminal(terminal_));
}

TEST_F(TerminalTest, AFileIsNone) {
  ::setenv("TERM", "xterm", 1);
  const int file = ::open("/dev/null", O_WRONLY);
  EXPECT_FALSE(is_terminal(file));
  EXPECT_FALSE(is_rewritable_terminal(file));
  EXPECT_EQ(terminal_size(file).columns, 100);
  ::close(file);
}

TEST_F(TerminalTest, KnowsItsSize) {
  const winsize size{.ws_row = 50, .ws_col = 132, .ws_xpixel = 0, .ws_ypixel = 0};
  ASSERT_EQ(::ioctl(terminal_, TIOCSWINSZ, &size), 0);
  EXPECT_EQ(terminal_size(terminal_).columns, 132);
  EXPECT_EQ(terminal_size(terminal_).rows, 50);
}

}  // namespace
}  // namespace nmt::cli::terminal_test

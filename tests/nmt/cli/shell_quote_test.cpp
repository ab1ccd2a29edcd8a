// Quoted words, read back by a shell.

#include "nmt/cli/shell_quote.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>

namespace nmt::cli::shell_quote_test {
namespace {

std::string as_the_shell_reads(const std::string& word) {
  const std::string command = "printf %s " + shell_quoted(word);
  FILE* pipe = ::popen(command.c_str(), "r");
  std::array<char, 256> buffer;
  const size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe);
  ::pclose(pipe);
  return {buffer.data(), count};
}

TEST(ShellQuoteTest, PlainWordsStayAsTheyAre) {
  for (const char* word : {"runs/a", "--lr=0.1", "a_b-C.9", "x,y:z@1%+"}) {
    EXPECT_EQ(shell_quoted(word), word);
  }
}

TEST(ShellQuoteTest, TheShellReadsBackEveryWord) {
  for (const char* word : {"two words", "it's", "\"x\"", "$HOME", "`id`", "a\\b", "*", "~", "#",
                           "a;b", "line\nfeed", "'", "", "ü", "!x", "{a,b}"}) {
    EXPECT_EQ(as_the_shell_reads(word), word) << shell_quoted(word);
  }
}

}  // namespace
}  // namespace nmt::cli::shell_quote_test

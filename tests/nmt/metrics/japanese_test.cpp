// ja-mecab: the recorded words where the dictionary is, and what is said where it is not.
// tools/ipadic makes it if the package mecab-ipadic is on the machine.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/nmt/metrics/tokenizer_records.h"
#include "tests/testing/temp_folder.h"

namespace nmt::metrics::japanese_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(JapaneseTest, GivesTheRecordedWords) {
  const testing::TempFolder folder;
  if (!refusal("ja-mecab").empty()) {
    const std::string command = std::string(NMT_TOOLS) + "/ipadic " + folder.path("ipadic");
    if (std::system(command.c_str()) != 0) GTEST_SKIP() << refusal("ja-mecab");
    setenv("NMT_IPADIC", folder.path("ipadic").c_str(), 1);
  }
  expect_recorded_words("ja-mecab", "dictionary_tokens.jsonl");
  unsetenv("NMT_IPADIC");
}

TEST(JapaneseTest, AMissingDictionaryIsNamedWithTheWayToGetIt) {
  const testing::TempFolder folder;
  setenv("NMT_IPADIC", folder.path("none").c_str(), 1);
  EXPECT_THAT(refusal("ja-mecab"),
              AllOf(HasSubstr("exactly 392126 words"), HasSubstr("tools/ipadic"),
                    HasSubstr("\n  " + folder.path("none") + ": has no sys.dic")));
  unsetenv("NMT_IPADIC");
}

TEST(JapaneseTest, AnotherDictionaryIsRefusedByTheNumberOfItsWords) {
  const std::string debian = "/var/lib/mecab/dic/ipadic-utf8";
  if (!std::filesystem::exists(debian + "/sys.dic")) GTEST_SKIP() << debian << " is not there";
  setenv("NMT_IPADIC", debian.c_str(), 1);
  EXPECT_THAT(refusal("ja-mecab"), HasSubstr(debian + ": has 392127 words"));
  unsetenv("NMT_IPADIC");
}

}  // namespace
}  // namespace nmt::metrics::japanese_test

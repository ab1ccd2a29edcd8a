// Configuration files: what a line may look like, and errors with file and line.

#include "nmt/cli/config_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string_view>

#include "data/text/error.h"
#include "tests/testing/temp_folder.h"

namespace nmt::cli::config_lines_test {
namespace {

using ::testing::ElementsAre;
using testing::message_of;

TEST(ConfigFileTest, ReadsKeysValuesAndComments) {
  const auto entries = parse_config(
      "# head\n\n  dropout=0.1\nvocab = a#b.model # why\r\ntrain-sets\t= \"my # file\" b", "x");
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[0].key, "dropout");
  EXPECT_EQ(entries[0].value, "0.1");
  EXPECT_EQ(entries[0].line, 3);
  EXPECT_EQ(entries[1].value, "a#b.model");
  EXPECT_EQ(entries[2].key, "train-sets");
  EXPECT_EQ(entries[2].line, 5);
  EXPECT_THAT(many_values(entries[2].value), ElementsAre("my # file", "b"));
}

TEST(ConfigFileTest, ValuesMayBeEmptyOrQuoted) {
  EXPECT_EQ(parse_config("vocab =", "x")[0].value, "");
  EXPECT_EQ(one_value("\"a b \""), "a b ");
  EXPECT_EQ(one_value("a b"), "a b");
  EXPECT_EQ(one_value("\""), "\"");
  EXPECT_THAT(many_values("  "), ElementsAre());
}

TEST(ConfigFileTest, QuotesHoldEveryCharacter) {
  EXPECT_EQ(one_value(R"("C:\new \\x")"), R"(C:\new \\x)");
  EXPECT_EQ(one_value(R"("say ""hi""")"), R"(say "hi")");
  EXPECT_EQ(one_value(R"("a" b)"), R"("a" b)");
  EXPECT_EQ(one_value(R"("a" "b")"), R"("a" "b")");
  EXPECT_EQ(one_value(R"(a"b)"), R"(a"b)");
  EXPECT_EQ(one_value(R"("")"), "");
  EXPECT_THAT(many_values(R"("a \b" c\d "" "e ""f")"),
              ElementsAre(R"(a \b)", R"(c\d)", "", R"(e "f)"));
  EXPECT_THAT(many_values(R"("open b)"), ElementsAre("\"open", "b"));
  EXPECT_EQ(quoted_value("plain\\path=1.model"), "plain\\path=1.model");
  EXPECT_EQ(quoted_value(""), "\"\"");
}

// One to four texts out of the characters that have a meaning somewhere.
std::vector<std::string> random_texts(std::mt19937& random) {
  constexpr std::string_view kCharacters = "ab\\\"\"# \t\r='/";
  std::vector<std::string> texts(1 + random() % 4);
  for (std::string& text : texts) {
    text.resize(random() % 7);
    for (char& c : text) c = kCharacters[random() % kCharacters.size()];
  }
  return texts;
}

TEST(ConfigFileTest, WhatIsWrittenIsReadBack) {
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const std::vector<std::string> texts = random_texts(random);
    std::string line = "key =";
    for (const std::string& text : texts) line += " " + quoted_value(text);
    const std::string value = parse_config(line + "  # why\n", "x").at(0).value;
    ASSERT_EQ(many_values(value), texts) << line;
    if (texts.size() > 1) continue;
    ASSERT_EQ(one_value(value), texts[0]) << line;
  }
}

TEST(ConfigFileTest, APathWithSpacesNeedsNoQuotesIfItIsThere) {
  const testing::TempFolder folder;
  const std::string path = folder.write("my model", "");
  EXPECT_THAT(split_values(path, 1, 2), ElementsAre(path));
  EXPECT_THAT(split_values(path + "s", 1, 2), ElementsAre(folder.path("my"), "models"));
  EXPECT_THAT(split_values("\"" + path + "s\"", 1, 2), ElementsAre(path + "s"));
  EXPECT_THAT(split_values("\"" + path + "\" b", 1, 2), ElementsAre(path, "b"));
  EXPECT_THAT(split_values(path, 2, 2), ElementsAre(folder.path("my"), "model"));
  EXPECT_THAT(split_values("a b", 1, 1), ElementsAre("a b"));
  EXPECT_THAT(split_values("", 1, 2), ElementsAre());
}

TEST(ConfigFileTest, ErrorsNameFileAndLine) {
  EXPECT_EQ(message_of<UsageError>([] { parse_config("a = 1\n[data]\n", "run.conf"); }),
            "run.conf:2: a line must be 'key = value', got '[data]'");
  EXPECT_EQ(message_of<UsageError>([] { parse_config("= 1\n", "run.conf"); }),
            "run.conf:1: a line must be 'key = value', got '= 1'");
  EXPECT_EQ(message_of<UsageError>([] { parse_config("a = 1\nb = 1\na = 2", "run.conf"); }),
            "run.conf:3: key 'a' already stands on line 1");
}

}  // namespace
}  // namespace nmt::cli::config_lines_test

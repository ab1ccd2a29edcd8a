// Configuration files: what a line may look like, and errors with file and line.

#include "nmt/cli/config_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/text/error.h"
#include "tests/testing/temp_folder.h"

namespace nmt::cli {
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

TEST(ConfigFileTest, ErrorsNameFileAndLine) {
  EXPECT_EQ(message_of<UsageError>([] { parse_config("a = 1\n[data]\n", "run.conf"); }),
            "run.conf:2: a line must be 'key = value', got '[data]'");
  EXPECT_EQ(message_of<UsageError>([] { parse_config("= 1\n", "run.conf"); }),
            "run.conf:1: a line must be 'key = value', got '= 1'");
  EXPECT_EQ(message_of<UsageError>([] { parse_config("a = 1\nb = 1\na = 2", "run.conf"); }),
            "run.conf:3: key 'a' already stands on line 1");
}

}  // namespace
}  // namespace nmt::cli

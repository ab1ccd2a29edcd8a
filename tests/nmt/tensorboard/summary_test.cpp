#include "nmt/tensorboard/event_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/nmt/tensorboard/bytes.h"

namespace nmt::tensorboard::summary_test {
namespace {

using ::testing::HasSubstr;

TEST(Summary, ScalarsAreTheBytesOfTheProtobufLibrary) {
  Summary summary;
  EXPECT_TRUE(summary.empty());
  summary.add_scalar("train/loss", 5.25);
  summary.add_scalar("train/nll", std::numeric_limits<double>::infinity());
  EXPECT_FALSE(summary.empty());
  EXPECT_EQ(to_hex(summary.message().bytes()),
            "0a110a0a747261696e2f6c6f7373150000a8400a100a09747261696e2f6e6c6c150000807f");
}

TEST(Summary, ATextIsTheBytesOfTheProtobufLibrary) {
  Summary summary;
  summary.add_text("events/collapse", "größer");
  EXPECT_EQ(to_hex(summary.message().bytes()),
            "0a310a0f6576656e74732f636f6c6c617073654212080712041202080142086772c3b6c39f65724a0a0a06"
            "0a04746578742002");
}

TEST(Summary, BytesThatAreNotUtf8AreReplaced) {
  Summary summary;
  summary.add_text("events/skipped", "caf\xE9 au lait");
  EXPECT_THAT(summary.message().bytes(), HasSubstr("caf\xEF\xBF\xBD au lait"));
}

}  // namespace
}  // namespace nmt::tensorboard::summary_test

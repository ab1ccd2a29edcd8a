#include "nmt/config/attention_temperature.h"

#include <gtest/gtest.h>

#include "data/text/error.h"

namespace nmt::config::attention_temperature_test {
namespace {

using layers::AttentionKind;

TEST(AttentionTemperature, TextAndBack) {
  for (const char* text : {"", "2", "0.25:cross", "0.5:encoder_self:3", "0.5:decoder_self:2-4",
                           "2,0.25:cross,0.5:encoder_self:1-3"}) {
    EXPECT_EQ(to_string(parse_attention_temperatures(text)), text);
  }
  for (const char* text : {"", "500:0.25", "500:0.25:cross", "1:2:cross:1-6,900:1:cross"}) {
    EXPECT_EQ(to_string(parse_temperature_changes(text)), text);
  }
}

TEST(AttentionTemperature, CoversTheKindAndLayersNamed) {
  const AttentionTemperature all = parse_attention_temperatures("2")[0];
  EXPECT_TRUE(all.covers(AttentionKind::kEncoderSelf, 1));
  EXPECT_TRUE(all.covers(AttentionKind::kCross, 100));
  const AttentionTemperature cross = parse_attention_temperatures("2:cross:2-3")[0];
  EXPECT_FALSE(cross.covers(AttentionKind::kEncoderSelf, 2));
  EXPECT_FALSE(cross.covers(AttentionKind::kCross, 1));
  EXPECT_TRUE(cross.covers(AttentionKind::kCross, 2));
  EXPECT_TRUE(cross.covers(AttentionKind::kCross, 3));
  EXPECT_FALSE(cross.covers(AttentionKind::kCross, 4));
}

TEST(AttentionTemperature, RefusesWhatDoesNotParse) {
  for (const char* text : {"0", "-1", "x", "1:", "1:self", "1:cross:0", "1:cross:3-2",
                           "1:cross:1-2-3", "1:cross:1:2", "1,,2"}) {
    EXPECT_THROW(parse_attention_temperatures(text), UsageError) << text;
  }
  for (const char* text : {"500", "0:1", "x:1", "5:0", "5:1:cross:1:2"}) {
    EXPECT_THROW(parse_temperature_changes(text), UsageError) << text;
  }
}

}  // namespace
}  // namespace nmt::config::attention_temperature_test

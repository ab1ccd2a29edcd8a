#include "nmt/report/packed_values.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

namespace nmt::report::packed_values_test {
namespace {

std::string base64_of(const std::string& text) {
  return base64({reinterpret_cast<const unsigned char*>(text.data()), text.size()});
}

// As numbers.js reads it, with a decoder of its own.
std::vector<float> unpacked(const std::string& text) {
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    if (c == '=') break;
    bits = bits << 6 | static_cast<uint32_t>(alphabet.find(c));
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes.push_back(static_cast<char>(bits >> held & 0xff));
  }
  std::vector<float> values;
  for (size_t i = 0; i + 1 < bytes.size(); i += 2) {
    const std::array<char, 4> word = {0, 0, bytes[i], bytes[i + 1]};
    float value = 0;
    std::memcpy(&value, word.data(), sizeof value);
    values.push_back(value);
  }
  return values;
}

TEST(Base64, GivesTheVectorsOfRfc4648) {
  EXPECT_EQ(base64_of(""), "");
  EXPECT_EQ(base64_of("f"), "Zg==");
  EXPECT_EQ(base64_of("fo"), "Zm8=");
  EXPECT_EQ(base64_of("foo"), "Zm9v");
  EXPECT_EQ(base64_of("foob"), "Zm9vYg==");
  EXPECT_EQ(base64_of("foobar"), "Zm9vYmFy");
}

TEST(Packed, KeepsValuesToOnePartIn256) {
  std::vector<float> values;
  for (float value = 1e-30f; value < 1e30f; value *= 1.37f) {
    values.push_back(value);
    values.push_back(-value);
  }
  const std::vector<float> back = unpacked(packed(values));
  ASSERT_EQ(back.size(), values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    EXPECT_NEAR(back[i], values[i], std::abs(values[i]) / 256) << values[i];
  }
}

TEST(Packed, KeepsZeroNanAndInfinity) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const std::vector<float> values = {0, kInfinity, -kInfinity, std::nanf(""), 1};
  const std::vector<float> back = unpacked(packed(values));
  ASSERT_EQ(back.size(), 5u);
  EXPECT_EQ(back[0], 0);
  EXPECT_EQ(back[1], kInfinity);
  EXPECT_EQ(back[2], -kInfinity);
  EXPECT_TRUE(std::isnan(back[3]));
  EXPECT_EQ(back[4], 1);
}

}  // namespace
}  // namespace nmt::report::packed_values_test

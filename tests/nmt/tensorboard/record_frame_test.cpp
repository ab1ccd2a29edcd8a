#include "nmt/tensorboard/record_frame.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "nmt/tensorboard/protobuf_message.h"
#include "tests/nmt/tensorboard/bytes.h"
#include "tests/nmt/tensorboard/event_reader.h"

namespace nmt::tensorboard::record_frame_test {
namespace {

std::string counting(int first, int step) {
  std::string bytes;
  for (int i = 0; i < 32; ++i) bytes += static_cast<char>(first + i * step);
  return bytes;
}

// RFC 3720, appendix B.4; the last is the usual check value of this checksum.
TEST(Crc32c, GivesTheVectorsOfTheStandard) {
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAu);
  EXPECT_EQ(crc32c(std::string(32, '\xFF')), 0x62A8AB43u);
  EXPECT_EQ(crc32c(counting(0, 1)), 0x46DD794Eu);
  EXPECT_EQ(crc32c(counting(31, -1)), 0x113FDB5Cu);
  EXPECT_EQ(crc32c("123456789"), 0xE3069283u);
  EXPECT_EQ(crc32c(""), 0u);
}

TEST(Crc32c, EqualsTheDefinitionBitByBit) {
  std::mt19937 random(3);
  for (int length = 0; length < 100; ++length) {
    std::string bytes;
    for (int i = 0; i < length; ++i) bytes += static_cast<char>(random());
    EXPECT_EQ(crc32c(bytes), crc32c_bit_by_bit(bytes)) << "of " << length << " bytes";
  }
}

// Of the package tensorboard 2.21.0.
TEST(Crc32c, IsMaskedAsTensorboardDoes) {
  EXPECT_EQ(masked_crc32c(""), 0xA282EAD8u);
  EXPECT_EQ(masked_crc32c("123456789"), 0xC78AB0E5u);
  EXPECT_EQ(masked_crc32c(std::string(32, '\0')), 0x0FD7FFFAu);
}

TEST(RecordFrame, HoldsTheBytesOfTensorboardsRecordWriter) {
  EXPECT_EQ(to_hex(framed("deepnmt")), "0700000000000000bbd79f11646565706e6d74359942e6");
  EXPECT_EQ(to_hex(framed("")), "000000000000000029039807d8ea82a2");
}

TEST(LittleEndian, StartsWithTheLeastSignificantByte) {
  std::string bytes = "a";
  append_little_endian(bytes, uint32_t{0x01020384});
  append_little_endian(bytes, uint64_t{0xFF});
  EXPECT_EQ(to_hex(bytes), "6184030201ff00000000000000");
}

}  // namespace
}  // namespace nmt::tensorboard::record_frame_test

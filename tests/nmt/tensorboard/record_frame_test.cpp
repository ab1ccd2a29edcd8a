#include "nmt/tensorboard/record_frame.h"

#include <gtest/gtest.h>

#include "nmt/tensorboard/little_endian.h"
#include "tests/nmt/tensorboard/bytes.h"

namespace nmt::tensorboard {
namespace {

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
}  // namespace nmt::tensorboard

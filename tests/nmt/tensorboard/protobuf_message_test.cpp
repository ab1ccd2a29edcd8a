#include "nmt/tensorboard/protobuf_message.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/nmt/tensorboard/bytes.h"

namespace nmt::tensorboard::protobuf_message_test {
namespace {

// Fields of Event: 1 wall_time (double), 2 step (int64), 3 file_version (string), 7 session_log.
ProtobufMessage event(double wall_time) {
  ProtobufMessage message;
  message.add_double(1, wall_time);
  return message;
}

TEST(ProtobufMessage, GivesTheBytesOfTheProtobufLibrary) {
  ProtobufMessage version = event(1234.5);
  version.add_bytes(3, "brain.Event:2");
  EXPECT_EQ(to_hex(version.bytes()), "0900000000004a93401a0d627261696e2e4576656e743a32");

  ProtobufMessage status, session = event(1234.5);
  status.add_integer(1, 1);
  session.add_integer(2, 7);
  session.add_message(7, status);
  EXPECT_EQ(to_hex(session.bytes()), "0900000000004a934010073a020801");
}

TEST(ProtobufMessage, WritesNegativeAndLargeNumbersAsTheLibraryDoes) {
  ProtobufMessage negative = event(-0.1), large = event(1234.5);
  negative.add_integer(2, -1);
  large.add_integer(2, int64_t{1} << 40);
  EXPECT_EQ(to_hex(negative.bytes()), "099a9999999999b9bf10ffffffffffffffffff01");
  EXPECT_EQ(to_hex(large.bytes()), "0900000000004a934010808080808020");
}

// Examples of the Protocol Buffers documentation, "Encoding": 150 in field 1, "testing" in field 2.
TEST(ProtobufMessage, GivesTheExamplesOfItsDocumentation) {
  ProtobufMessage number, text;
  number.add_integer(1, 150);
  text.add_bytes(2, "testing");
  EXPECT_EQ(to_hex(number.bytes()), "089601");
  EXPECT_EQ(to_hex(text.bytes()), "120774657374696e67");
}

TEST(ProtobufMessage, KeysOfHighFieldsAndLengthsTakeSeveralBytes) {
  ProtobufMessage message;
  message.add_bytes(16, std::string(200, 'x'));
  EXPECT_EQ(to_hex(message.bytes().substr(0, 5)), "8201c80178");
  EXPECT_EQ(message.bytes().size(), 204u);
}

TEST(ProtobufMessage, FloatsAreFourBytes) {
  ProtobufMessage message;
  message.add_float(2, -std::numeric_limits<float>::infinity());
  EXPECT_EQ(to_hex(message.bytes()), "15000080ff");
}

}  // namespace
}  // namespace nmt::tensorboard::protobuf_message_test

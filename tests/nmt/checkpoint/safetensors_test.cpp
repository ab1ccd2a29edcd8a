// The format: round trips, a file written by hand, and every way in which a file can be wrong.

#include "nmt/checkpoint/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "data/text/error.h"
#include "tests/testing/temp_folder.h"

namespace nmt::checkpoint::safetensors_test {
namespace {

using nmt::testing::message_of;
using nmt::testing::TempFolder;
using ::testing::AllOf;
using ::testing::HasSubstr;

std::string file_bytes(const std::string& header, const std::string& data) {
  const uint64_t length = header.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + data;
}

NamedTensors every_dtype() {
  torch::manual_seed(1);
  const torch::Tensor values = torch::randn({3, 5}) * 100;
  NamedTensors tensors;
  int i = 0;
  for (const auto dtype : {torch::kUInt8, torch::kFloat64, torch::kBool, torch::kFloat32,
                           torch::kFloat16, torch::kBFloat16, torch::kInt64, torch::kInt32}) {
    tensors.emplace_back("t" + std::to_string(i++), values.abs().to(dtype));
  }
  tensors.emplace_back("scalar", torch::tensor(2.5f));
  tensors.emplace_back("empty", torch::zeros({0, 4}));
  tensors.emplace_back("β \"quoted\"\n", torch::ones({2}));
  return tensors;
}

torch::Tensor find(const NamedTensors& tensors, const std::string& name) {
  for (const auto& [key, tensor] : tensors) {
    if (key == name) return tensor;
  }
  ADD_FAILURE() << name << " is missing";
  return {};
}

void expect_same(const NamedTensors& read, const NamedTensors& written) {
  ASSERT_EQ(read.size(), written.size());
  for (const auto& [name, tensor] : written) {
    const torch::Tensor found = find(read, name);
    EXPECT_EQ(found.scalar_type(), tensor.scalar_type()) << name;
    EXPECT_TRUE(torch::equal(found, tensor)) << name;
  }
}

TEST(Safetensors, RoundTripKeepsEveryDtypeShapeAndMetadata) {
  TempFolder folder;
  const Metadata metadata = {{"format", "pt"}, {"ключ", "line\nbreak"}};
  write_safetensors(folder.path("a"), every_dtype(), metadata);
  const Safetensors read = read_safetensors(folder.path("a"));
  expect_same(read.tensors, every_dtype());
  EXPECT_EQ(read.metadata, metadata);
}

TEST(Safetensors, NonFiniteAndNegativeZeroSurviveBitForBit) {
  TempFolder folder;
  const torch::Tensor odd = torch::tensor({INFINITY, -INFINITY, NAN, -0.0f, 1e-45f});
  write_safetensors(folder.path("a"), {{"x", odd}});
  const torch::Tensor read = read_safetensors(folder.path("a")).tensors[0].second;
  EXPECT_EQ(std::memcmp(read.const_data_ptr(), odd.const_data_ptr(), odd.nbytes()), 0);
}

TEST(Safetensors, StridedTensorsAndViewsAreWrittenRowMajor) {
  TempFolder folder;
  const torch::Tensor base = torch::arange(12.0f).view({3, 4});
  const NamedTensors tensors = {{"t", base.t()}, {"rows", base.narrow(0, 1, 2)}};
  write_safetensors(folder.path("a"), tensors);
  expect_same(read_safetensors(folder.path("a")).tensors, tensors);
}

TEST(Safetensors, NoTensorsAtAll) {
  TempFolder folder;
  write_safetensors(folder.path("a"), {});
  EXPECT_TRUE(read_safetensors(folder.path("a")).tensors.empty());
}

TEST(Safetensors, EveryTensorIsAlignedToItsElements) {
  TempFolder folder;
  write_safetensors(folder.path("a"), every_dtype());
  const std::string bytes = folder.read("a");
  uint64_t length;
  std::memcpy(&length, bytes.data(), 8);
  EXPECT_EQ(length % 8, 0u);
  const Safetensors read = read_safetensors(folder.path("a"));
  size_t offset = 0;
  for (const auto& [name, tensor] : read.tensors) {
    EXPECT_EQ(offset % tensor.element_size(), 0u) << name;
    offset += tensor.nbytes();
  }
}

TEST(Safetensors, ReadsAFileWrittenByHand) {
  TempFolder folder;
  std::string data(14, '\0');
  const float values[3] = {1.5f, -2.0f, 3.25f};
  std::memcpy(data.data() + 2, values, 12);
  data[0] = 7;
  data[1] = 9;
  const std::string path =
      folder.write("a", file_bytes(R"({"m":{"dtype":"F32","shape":[1,3],"data_offsets":[2,14]},)"
                                   R"( "b":{"shape":[2],"dtype":"U8","data_offsets":[0,2]},)"
                                   R"("__metadata__":{"k":"v"}}   )",
                                   data));
  const Safetensors read = read_safetensors(path);
  ASSERT_EQ(read.tensors.size(), 2u);
  EXPECT_EQ(read.tensors[0].first, "b");
  EXPECT_EQ(read.tensors[0].second[1].item<int>(), 9);
  EXPECT_TRUE(torch::equal(read.tensors[1].second, torch::tensor({{1.5f, -2.0f, 3.25f}})));
  EXPECT_EQ(read.metadata, (Metadata{{"k", "v"}}));
}

TEST(Safetensors, WritingRefusesEqualNamesAndForeignDtypes) {
  TempFolder folder;
  const torch::Tensor x = torch::ones({1});
  EXPECT_THROW(write_safetensors(folder.path("a"), {{"x", x}, {"x", x}}), c10::Error);
  EXPECT_THROW(write_safetensors(folder.path("a"), {{"x", x.to(torch::kComplexFloat)}}),
               c10::Error);
}

struct BadFile {
  std::string header;
  size_t data_bytes;
  std::string message;
};

std::string entry(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return "\"x\":{\"dtype\":" + dtype + ",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}";
}

std::vector<BadFile> bad_files() {
  const std::string good = entry("\"F32\"", "[2]", "[0,8]");
  const auto with = [&](const std::string& dtype, const std::string& shape,
                        const std::string& offsets) {
    return "{" + entry(dtype, shape, offsets) + "}";
  };
  return {
      {"", 0, "not valid JSON"},
      {"{\"x\":", 0, "not valid JSON"},
      {"[1,2]", 0, "not a JSON object"},
      {"{\"x\xff\":1}", 0, "not valid JSON"},
      {std::string(100000, '['), 0, "not valid JSON"},
      {"{" + good + "," + good + "}", 8, "key \"x\" twice"},
      {"{\"x\":{\"dtype\":\"F32\",\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8,
       "key \"dtype\" twice"},
      {"{\"x\":3}", 0, "tensor 'x' must have dtype, shape and data_offsets alone"},
      {"{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"offsets\":[0,8]}}", 8, "has no 'data_offsets'"},
      {with("7", "[2]", "[0,8]"), 8, "dtype that is not a text"},
      {with("\"F8_E4M3\"", "[8]", "[0,8]"), 8, "dtype \"F8_E4M3\", which is not among F64, F32"},
      {with("\"F32\"", "2", "[0,8]"), 8, "as shape"},
      {with("\"F32\"", "[-2]", "[0,8]"), 8, "size -2 in its shape"},
      {with("\"F32\"", "[2.0]", "[0,8]"), 8, "size 2.0 in its shape"},
      {with("\"F32\"", "[18446744073709551616]", "[0,8]"), 8, "in its shape"},
      {with("\"F32\"", "[18446744073709551615]", "[0,8]"), 8, "too large"},
      {with("\"F32\"", "[4294967296,4294967296]", "[0,0]"), 0, "too large"},
      {with("\"F32\"", "[0,4611686018427387904,4]", "[0,0]"), 0, "too large"},
      {with("\"F32\"", "[2]", "[0]"), 8, "must be two byte counts"},
      {with("\"F32\"", "[2]", "[-8,0]"), 8, "must be two byte counts"},
      {with("\"F32\"", "[2]", "[8,0]"), 8, "end before they begin"},
      {with("\"F32\"", "[2]", "[8,16]"), 8, "ends at byte 16 of the data, which has only 8"},
      {with("\"F32\"", "[2]", "[0,18446744073709551615]"), 8, "truncated or damaged"},
      {with("\"F32\"", "[3]", "[0,8]"), 8, "8 bytes of data, but its shape and dtype make 3"},
      {with("\"F32\"", "[1]", "[0,6]"), 6, "6 bytes of data"},
      {with("\"F32\"", "[2]", "[0,8]"), 9, "1 bytes follow the last tensor"},
      {with("\"F32\"", "[1]", "[4,8]"), 8, "there is a gap"},
      {"{" + good + ",\"y\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[4,12]}}", 12,
       "tensor 'y' begins at byte 4 of the data, but the tensors before it end at byte 8: they "
       "overlap"},
      {"{\"__metadata__\":[]}", 0, "__metadata__ must be an object of texts"},
      {"{\"__metadata__\":{\"k\":1}}", 0, "__metadata__ entry 'k' must be a text"},
      {with("\"BOOL\"", "[8]", "[0,8]"), 8, "byte that is not 0 or 1"},
  };
}

TEST(Safetensors, RefusesEveryBrokenHeaderWithAMessage) {
  TempFolder folder;
  for (const BadFile& bad : bad_files()) {
    const std::string path =
        folder.write("bad", file_bytes(bad.header, std::string(bad.data_bytes, '\5')));
    EXPECT_THAT(message_of<InputError>([&] { read_safetensors(path); }),
                AllOf(HasSubstr(path), HasSubstr(bad.message)))
        << bad.header.substr(0, 200);
  }
}

TEST(Safetensors, RefusesTruncationAtEveryByte) {
  TempFolder folder;
  write_safetensors(folder.path("a"), {{"x", torch::arange(6.0f)}, {"y", torch::ones({3})}});
  const std::string bytes = folder.read("a");
  for (size_t length = 0; length < bytes.size(); ++length) {
    const std::string path = folder.write("cut", bytes.substr(0, length));
    EXPECT_THROW(read_safetensors(path), InputError) << length;
  }
  const std::string path = folder.write("long", bytes + "x");
  EXPECT_THROW(read_safetensors(path), InputError);
}

// A changed byte either makes the file unreadable or only changes a name or a metadata entry.
TEST(Safetensors, NoChangedByteChangesAValueUnseen) {
  TempFolder folder;
  const NamedTensors tensors = {{"x", torch::arange(6.0f)}, {"y", torch::ones({3})}};
  write_safetensors(folder.path("a"), tensors);
  const std::string bytes = folder.read("a");
  uint64_t header = 0;
  std::memcpy(&header, bytes.data(), 8);
  for (size_t i = 0; i < bytes.size(); ++i) {
    for (const int flip : {0x01, 0x80}) {
      std::string changed = bytes;
      changed[i] = static_cast<char>(changed[i] ^ flip);
      const std::string path = folder.write("flip", changed);
      try {
        const Safetensors read = read_safetensors(path);
        EXPECT_LT(i, 8 + header) << "a changed value was not seen, byte " << i;
        for (const auto& [name, tensor] : read.tensors) {
          EXPECT_TRUE((tensor.numel() == 6 && torch::equal(tensor.view({6}), tensors[0].second)) ||
                      (tensor.numel() == 3 && torch::equal(tensor.view({3}), tensors[1].second)) ||
                      tensor.scalar_type() != torch::kFloat32)
              << i;
        }
      } catch (const InputError&) {
        continue;
      }
    }
  }
}

TEST(Safetensors, ClaimedHeaderLengthsAreNotBelieved) {
  TempFolder folder;
  for (const uint64_t length : {uint64_t{1} << 20, uint64_t{100'000'001}, ~uint64_t{0}}) {
    std::string bytes = file_bytes("{}", "");
    std::memcpy(bytes.data(), &length, 8);
    const std::string path = folder.write("a", bytes);
    EXPECT_THAT(message_of<InputError>([&] { read_safetensors(path); }),
                HasSubstr("claims a header of " + std::to_string(length)));
  }
}

TEST(Safetensors, MissingFilesAndFoldersAreNamed) {
  TempFolder folder;
  EXPECT_THAT(message_of<InputError>([&] { read_safetensors(folder.path("none")); }),
              AllOf(HasSubstr(folder.path("none")), HasSubstr("No such file")));
  EXPECT_THAT(message_of<InputError>([&] { read_safetensors(folder.path()); }),
              HasSubstr("not a regular file"));
}

TEST(Safetensors, FullDiskIsReportedWithTheRemedy) {
  EXPECT_THAT(message_of<InputError>([] { write_safetensors("/dev/full", every_dtype()); }),
              AllOf(HasSubstr("/dev/full: cannot write: No space left on device"),
                    HasSubstr("free some space")));
}

}  // namespace
}  // namespace nmt::checkpoint::safetensors_test

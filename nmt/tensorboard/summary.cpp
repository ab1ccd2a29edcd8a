#include "nmt/tensorboard/summary.h"

#include "data/text/utf8.h"

namespace nmt::tensorboard {
namespace {

// Field numbers, named after message and field.
constexpr int kSummaryValue = 1;
constexpr int kValueTag = 1;
constexpr int kValueSimpleValue = 2;
constexpr int kValueTensor = 8;
constexpr int kValueMetadata = 9;
constexpr int kMetadataPluginData = 1;
constexpr int kMetadataDataClass = 4;
constexpr int kPluginDataPluginName = 1;
constexpr int kTensorDtype = 1;
constexpr int kTensorTensorShape = 2;
constexpr int kTensorStringVal = 8;
constexpr int kShapeDim = 2;
constexpr int kDimSize = 1;

// Values of enumerations.
constexpr int kDataClassTensor = 2;
constexpr int kDtString = 7;

ProtobufMessage vector_of_one_string(std::string_view text) {
  ProtobufMessage dim, shape, tensor;
  dim.add_integer(kDimSize, 1);
  shape.add_message(kShapeDim, dim);
  tensor.add_integer(kTensorDtype, kDtString);
  tensor.add_message(kTensorTensorShape, shape);
  tensor.add_bytes(kTensorStringVal, text);
  return tensor;
}

ProtobufMessage text_metadata() {
  ProtobufMessage plugin, metadata;
  plugin.add_bytes(kPluginDataPluginName, "text");
  metadata.add_message(kMetadataPluginData, plugin);
  metadata.add_integer(kMetadataDataClass, kDataClassTensor);
  return metadata;
}

}  // namespace

void Summary::add_scalar(std::string_view tag, double value) {
  ProtobufMessage point;
  point.add_bytes(kValueTag, tag);
  point.add_float(kValueSimpleValue, static_cast<float>(value));
  message_.add_message(kSummaryValue, point);
}

void Summary::add_text(std::string_view tag, std::string_view text) {
  ProtobufMessage value;
  value.add_bytes(kValueTag, tag);
  value.add_message(kValueTensor, vector_of_one_string(text::replace_invalid_utf8(text)));
  value.add_message(kValueMetadata, text_metadata());
  message_.add_message(kSummaryValue, value);
}

}  // namespace nmt::tensorboard

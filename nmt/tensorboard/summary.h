// Summary: the values that one event shows, each under a tag such as "train/loss"; TensorBoard puts
// what stands before the first slash in one section.
//
// Messages and field numbers: summary.proto and tensor.proto of TensorBoard.

#pragma once

#include <string>
#include <string_view>

#include "nmt/tensorboard/protobuf_message.h"

namespace nmt::tensorboard {

class Summary {
 public:
  /// A point of a curve. TensorBoard keeps a float; NaN and infinity are shown as such. `tag` must
  /// be UTF-8.
  void add_scalar(std::string_view tag, double value);

  /// A text, which TensorBoard reads as Markdown. Bytes that are not UTF-8 become U+FFFD. `tag`
  /// must be UTF-8.
  void add_text(std::string_view tag, std::string_view text);

  bool empty() const { return message_.bytes().empty(); }
  const ProtobufMessage& message() const { return message_; }

 private:
  ProtobufMessage message_;
};

}  // namespace nmt::tensorboard

// DecodedSource: bytes in some encoding, read as UTF-8.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "data/text/byte_source.h"
#include "nmt/sacrebleu/encodings/stream_decoder.h"

namespace nmt::sacrebleu {

class DecodedSource : public text::ByteSource {
 public:
  /// The text of `source`, which messages call `name`.
  DecodedSource(std::unique_ptr<text::ByteSource> source, std::unique_ptr<StreamDecoder> decoder,
                std::string name);

  /// As ByteSource. Throws InputError, with name and line, if the text is not in the encoding.
  size_t read(char* buffer, size_t size) override;

 private:
  void fill();
  [[noreturn]] void refuse(const char* problem) const;

  std::unique_ptr<text::ByteSource> source_;
  std::unique_ptr<StreamDecoder> decoder_;
  std::string name_;
  std::vector<char> bytes_;
  std::string text_;  // Decoded; of it, `taken_` bytes have been read.
  size_t taken_ = 0;
  int64_t line_ = 1;  // Of the end of text_.
  bool ended_ = false;
};

}  // namespace nmt::sacrebleu

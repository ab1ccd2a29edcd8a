// DecodedSource: bytes in some encoding, read as UTF-8 by iconv.

#pragma once

#include <iconv.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "data/text/byte_source.h"
#include "nmt/sacrebleu/encodings/encoding_name.h"

namespace nmt::sacrebleu {

class DecodedSource : public text::ByteSource {
 public:
  /// The text of `source`, which messages call `name`, in an encoding that is marked or other.
  DecodedSource(std::unique_ptr<text::ByteSource> source, Encoding encoding, std::string name);
  ~DecodedSource() override;
  DecodedSource(const DecodedSource&) = delete;
  DecodedSource& operator=(const DecodedSource&) = delete;

  /// As ByteSource. Throws InputError, with name and line, if the text is not in the encoding.
  size_t read(char* buffer, size_t size) override;

 private:
  void fill();
  bool open_converter();
  void convert();
  [[noreturn]] void refuse(const char* problem) const;

  std::unique_ptr<text::ByteSource> source_;
  Encoding encoding_;
  std::string name_;
  iconv_t converter_;
  std::vector<char> buffer_;
  std::string bytes_;  // Read, but not converted: the beginning of a character.
  std::string text_;   // Converted; of it, `taken_` bytes have been read.
  size_t taken_ = 0;
  int64_t line_ = 1;  // Of the end of text_.
  bool ended_ = false;
};

}  // namespace nmt::sacrebleu

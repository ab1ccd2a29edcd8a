#include "nmt/sacrebleu/encodings/text_decoder.h"

#include <iconv.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "data/text/byte_source.h"
#include "data/text/error.h"
#include "data/text/segment_file.h"
#include "data/text/unicode.h"
#include "data/text/utf8.h"
#include "nmt/sacrebleu/encodings/encoding_name.h"

namespace nmt::sacrebleu {
namespace {

constexpr size_t kBufferSize = size_t{1} << 16;
const iconv_t kNoConverter = reinterpret_cast<iconv_t>(-1);

// Bytes in some encoding, read as UTF-8 by iconv.
class DecodedSource : public text::ByteSource {
 public:
  // The text of `source`, which messages call `name`, in an encoding that is marked or other.
  DecodedSource(std::unique_ptr<text::ByteSource> source, Encoding encoding, std::string name);
  ~DecodedSource() override;
  DecodedSource(const DecodedSource&) = delete;
  DecodedSource& operator=(const DecodedSource&) = delete;

  // As ByteSource. Throws InputError, with name and line, if the text is not in the encoding.
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

DecodedSource::DecodedSource(std::unique_ptr<text::ByteSource> source, Encoding encoding,
                             std::string name)
    : source_(std::move(source)),
      encoding_(std::move(encoding)),
      name_(std::move(name)),
      converter_(kNoConverter),
      buffer_(kBufferSize) {}

DecodedSource::~DecodedSource() {
  if (converter_ != kNoConverter) iconv_close(converter_);
}

void DecodedSource::refuse(const char* problem) const {
  throw InputError(name_, ":", line_, ": the line ", problem);
}

// False if the mark that tells the byte order is not there yet. iconv would take a text without one
// for the machine's order, and Python refuses it.
bool DecodedSource::open_converter() {
  std::string charset = encoding_.charset;
  if (encoding_.kind == EncodingKind::kMarked) {
    const bool wide = charset == "UTF-32";
    const std::string little("\xFF\xFE\0\0", wide ? 4 : 2), big("\0\0\xFE\xFF", 4);
    if (bytes_.size() < little.size()) return false;
    const bool is_little = bytes_.starts_with(little);
    if (!is_little && !bytes_.starts_with(big.substr(wide ? 0 : 2))) {
      refuse("does not start with a byte order mark");
    }
    bytes_.erase(0, little.size());
    charset += is_little ? "LE" : "BE";
  }
  converter_ = iconv_open("UTF-8", charset.c_str());
  if (converter_ == kNoConverter) {
    throw InputError(name_, ": iconv of this machine does not know ", charset);
  }
  return true;
}

// Appends what bytes_ are to text_; what is not whole yet stays in bytes_.
void DecodedSource::convert() {
  char* in = bytes_.data();
  size_t left = bytes_.size();
  for (bool whole = false; !whole;) {
    char* out = buffer_.data();
    size_t room = buffer_.size();
    const size_t result = iconv(converter_, ended_ ? nullptr : &in, &left, &out, &room);
    whole = result != static_cast<size_t>(-1) || errno != E2BIG;
    text_.append(buffer_.data(), out);
    if (result == static_cast<size_t>(-1) && errno == EILSEQ) {
      line_ += std::count(text_.begin(), text_.end(), '\n');
      refuse("is not in the encoding");
    }
  }
  bytes_.erase(0, bytes_.size() - left);
}

void DecodedSource::fill() {
  text_.clear();
  taken_ = 0;
  const size_t count = source_->read(buffer_.data(), buffer_.size());
  bytes_.append(buffer_.data(), count);
  ended_ = count == 0;
  if (ended_ && !bytes_.empty()) refuse("ends within a character");
  if (converter_ == kNoConverter && (ended_ || !open_converter())) return;
  convert();
  line_ += std::count(text_.begin(), text_.end(), '\n');
}

size_t DecodedSource::read(char* buffer, size_t size) {
  while (taken_ == text_.size() && !ended_) fill();
  const size_t count = std::min(size, text_.size() - taken_);
  std::memcpy(buffer, text_.data() + taken_, count);
  taken_ += count;
  return count;
}

}  // namespace

std::unique_ptr<text::ByteSource> TextDecoder::open(const std::string& path) const {
  auto source = text::open_bytes(path);
  if (!is_decoded_while_read()) return source;
  return std::make_unique<DecodedSource>(std::move(source), encoding_, text::input_name(path));
}

std::optional<std::string> TextDecoder::decode(std::string& line, bool first) const {
  if (is_decoded_while_read()) return std::nullopt;
  if (encoding_.kind == EncodingKind::kUtf8WithMark && first &&
      line.starts_with(text::kByteOrderMark)) {
    line.erase(0, text::kByteOrderMark.size());
  }
  const std::optional<size_t> invalid = text::find_invalid_utf8(line);
  if (invalid) return concatenate("byte ", *invalid + 1, " of the line is not UTF-8");
  return std::nullopt;
}

std::vector<std::string> read_decoded_lines(const std::string& path, const TextDecoder& decoder) {
  std::vector<std::string> lines;
  text::SegmentReader reader(text::input_name(path), decoder.open(path));
  for (std::string line; reader.next(line);) {
    const auto problem = decoder.decode(line, lines.empty());
    if (problem) throw InputError(reader.position(), ": ", *problem);
    line.resize(text::strip_right(line).size());
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace nmt::sacrebleu

#include "nmt/sacrebleu/encodings/decoded_source.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "data/text/error.h"

namespace nmt::sacrebleu {
namespace {

constexpr size_t kBufferSize = size_t{1} << 16;
const iconv_t kNoConverter = reinterpret_cast<iconv_t>(-1);

}  // namespace

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

}  // namespace nmt::sacrebleu

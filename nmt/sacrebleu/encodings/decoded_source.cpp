#include "nmt/sacrebleu/encodings/decoded_source.h"

#include <algorithm>
#include <cstring>

#include "data/text/error.h"

namespace nmt::sacrebleu {
namespace {

constexpr size_t kBufferSize = size_t{1} << 16;

}  // namespace

DecodedSource::DecodedSource(std::unique_ptr<text::ByteSource> source,
                             std::unique_ptr<StreamDecoder> decoder, std::string name)
    : source_(std::move(source)),
      decoder_(std::move(decoder)),
      name_(std::move(name)),
      bytes_(kBufferSize) {}

void DecodedSource::refuse(const char* problem) const {
  throw InputError(name_, ":", line_, ": the line ", problem);
}

void DecodedSource::fill() {
  text_.clear();
  taken_ = 0;
  const size_t count = source_->read(bytes_.data(), bytes_.size());
  ended_ = count == 0;
  const bool ok = ended_ ? decoder_->finish() : decoder_->decode({bytes_.data(), count}, text_);
  line_ += std::count(text_.begin(), text_.end(), '\n');
  if (!ok) refuse(ended_ ? "ends within a character" : "is not in the encoding");
}

size_t DecodedSource::read(char* buffer, size_t size) {
  while (taken_ == text_.size() && !ended_) fill();
  const size_t count = std::min(size, text_.size() - taken_);
  std::memcpy(buffer, text_.data() + taken_, count);
  taken_ += count;
  return count;
}

}  // namespace nmt::sacrebleu

#include "data/text/gzip_blocks.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "data/text/error.h"

namespace nmt::text {
namespace {

constexpr size_t kSizeBytes = 4;
constexpr size_t kHeader = kGzipBlockMark.size() + kSizeBytes;
constexpr size_t kTrailer = 8;  // Checksum and size of the text.
constexpr size_t kBuffer = size_t{1} << 16;
constexpr int kRaw = -MAX_WBITS;  // zlib's code for what lies between header and trailer.

void append_number(std::string& bytes, uint32_t number) {
  for (size_t i = 0; i < 4; ++i) bytes += static_cast<char>(number >> (8 * i) & 0xFF);
}

uint32_t number_at(std::string_view bytes, size_t place) {
  uint32_t number = 0;
  for (size_t i = 0; i < 4; ++i) {
    number |= static_cast<uint32_t>(static_cast<unsigned char>(bytes[place + i])) << (8 * i);
  }
  return number;
}

uint32_t checksum_of(std::string_view text) {
  return static_cast<uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(text.data()), text.size()));
}

// The size of the block that begins with `bytes`; none if none does.
std::optional<size_t> size_of_block(std::string_view bytes) {
  if (bytes.size() < kHeader || !bytes.starts_with(kGzipBlockMark)) return std::nullopt;
  const size_t size = number_at(bytes, kGzipBlockMark.size());
  return size > kHeader + kTrailer ? std::optional(size) : std::nullopt;
}

std::string deflated(std::string_view text) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kRaw, MAX_MEM_LEVEL,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    throw InputError("not enough memory to pack ", text.size(), " bytes");
  }
  std::string packed(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

// None if `packed` is damaged.
std::optional<std::string> inflated(std::string_view packed) {
  z_stream stream{};
  if (inflateInit2(&stream, kRaw) != Z_OK) return std::nullopt;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string text;
  int status = Z_OK;
  for (size_t room = 4 * packed.size(); status == Z_OK; room = text.size()) {
    text.resize(text.size() + room);
    stream.next_out = reinterpret_cast<Bytef*>(text.data() + stream.total_out);
    stream.avail_out = static_cast<uInt>(text.size() - stream.total_out);
    status = inflate(&stream, Z_NO_FLUSH);
  }
  text.resize(stream.total_out);
  const bool whole = status == Z_STREAM_END && stream.avail_in == 0;
  inflateEnd(&stream);
  return whole ? std::optional(std::move(text)) : std::nullopt;
}

// None if `block`, which has the size it says, is damaged.
std::optional<std::string> text_of(std::string_view block) {
  const size_t trailer = block.size() - kTrailer;
  std::optional<std::string> text = inflated(block.substr(kHeader, trailer - kHeader));
  const bool whole = text && checksum_of(*text) == number_at(block, trailer) &&
                     text->size() == number_at(block, trailer + 4);
  return whole ? std::move(text) : std::nullopt;
}

}  // namespace

std::string gzip_block(std::string_view text) {
  constexpr size_t kMost = std::numeric_limits<uint32_t>::max();
  if (text.size() > kMost / 2) throw InputError("a text of ", text.size(), " bytes fits no block");
  const std::string body = deflated(text);
  std::string block(kGzipBlockMark);
  append_number(block, static_cast<uint32_t>(kHeader + body.size() + kTrailer));
  block += body;
  append_number(block, checksum_of(text));
  append_number(block, static_cast<uint32_t>(text.size()));
  return block;
}

std::vector<std::string> whole_blocks(std::string_view bytes) {
  std::vector<std::string> texts;
  for (size_t place = bytes.find(kGzipBlockMark); place != std::string_view::npos;) {
    const std::string_view rest = bytes.substr(place);
    const std::optional<size_t> size = size_of_block(rest);
    std::optional<std::string> text;
    if (size && *size <= rest.size()) text = text_of(rest.substr(0, *size));
    place = bytes.find(kGzipBlockMark, place + (text ? *size : 1));
    if (text) texts.push_back(*std::move(text));
  }
  return texts;
}

GzipBlockReader::GzipBlockReader(std::unique_ptr<ByteSource> packed, std::string name)
    : packed_(std::move(packed)), name_(std::move(name)) {}

// The next `size` bytes, fewer only at the end.
std::string GzipBlockReader::take(size_t size) {
  std::string bytes;
  char buffer[kBuffer];
  while (bytes.size() < size) {
    const size_t count = packed_->read(buffer, std::min(size - bytes.size(), sizeof buffer));
    if (count == 0) break;
    bytes.append(buffer, count);
  }
  return bytes;
}

// Zero bytes are what a crash of the machine leaves where a block was to be.
bool GzipBlockReader::at_end() {
  for (std::string bytes = take(kBuffer); !bytes.empty(); bytes = take(kBuffer)) {
    if (bytes.find_first_not_of('\0') != std::string::npos) return false;
  }
  return true;
}

std::optional<std::string> GzipBlockReader::next() {
  std::string block = take(kHeader);
  if (block.size() < kHeader) return std::nullopt;
  const std::optional<size_t> size = size_of_block(block);
  if (size) {
    block += take(*size - kHeader);
    if (block.size() < *size) return std::nullopt;
    if (std::optional<std::string> text = text_of(block)) {
      end_ += static_cast<int64_t>(*size);
      return text;
    }
  }
  if (at_end()) return std::nullopt;
  throw InputError(name_, ": the block at byte ", end_,
                   " is damaged; fetch the file again, or cut it there to keep what comes before");
}

size_t GzipBlockSource::read(char* buffer, size_t size) {
  while (unread_.empty()) {
    std::optional<std::string> next = blocks_.next();
    if (!next) return 0;
    block_ = *std::move(next);
    unread_ = block_;
  }
  const size_t count = unread_.copy(buffer, size);
  unread_.remove_prefix(count);
  return count;
}

}  // namespace nmt::text

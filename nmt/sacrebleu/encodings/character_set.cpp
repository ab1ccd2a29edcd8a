#include "nmt/sacrebleu/encodings/character_set.h"

#include <algorithm>
#include <cerrno>

#include "data/text/error.h"

namespace nmt::sacrebleu {
namespace {

const iconv_t kNoConverter = reinterpret_cast<iconv_t>(-1);
constexpr size_t kFailed = static_cast<size_t>(-1);

const CharacterSetRow& row_of(std::string_view name) {
  const auto rows = character_set_rows();
  const auto row = std::find_if(rows.begin(), rows.end(),
                                [&](const CharacterSetRow& entry) { return entry.name == name; });
  if (row == rows.end()) throw InputError("no character set is called '", name, "'");
  return *row;
}

iconv_t converter_from(const char* charset) {
  const iconv_t converter = iconv_open("WCHAR_T", charset);
  if (converter == kNoConverter) {
    throw InputError("iconv of this machine does not know ", charset,
                     "; its further character sets may be a package of their own, such as "
                     "libc-gconv-modules-extra");
  }
  return converter;
}

// The bytes of `sequence`, without leading zeros.
size_t bytes_of(uint32_t sequence, char* bytes) {
  size_t count = 0;
  for (int shift = 24; shift >= 0; shift -= 8) {
    const char byte = static_cast<char>(sequence >> shift & 0xFF);
    if (byte != 0 || count > 0 || shift == 0) bytes[count++] = byte;
  }
  return count;
}

}  // namespace

CharacterSet::CharacterSet(std::string_view name)
    : row_(row_of(name)), first_(converter_from(row_.charset)), second_(kNoConverter) {
  new_node(0);
  if (row_.second != nullptr) second_ = converter_from(row_.second);
}

CharacterSet::~CharacterSet() {
  iconv_close(first_);
  if (second_ != kNoConverter) iconv_close(second_);
}

uint32_t CharacterSet::new_node(uint32_t sequence) {
  nodes_.push_back(std::make_unique<Node>());
  nodes_.back()->sequence = sequence;
  return static_cast<uint32_t>(nodes_.size() - 1);
}

CharacterSet::Meaning CharacterSet::patched(uint32_t sequence) const {
  const auto patch = std::lower_bound(
      row_.patches.begin(), row_.patches.end(), sequence,
      [](const CharacterPatch& entry, uint32_t wanted) { return entry.last < wanted; });
  if (patch == row_.patches.end() || sequence < patch->first) return {};
  if (patch->code_point == 0) return {.kind = Kind::invalid};
  return {.kind = Kind::character, .value = patch->code_point + (sequence - patch->first)};
}

CharacterSet::Meaning CharacterSet::by_iconv(iconv_t converter, uint32_t sequence) {
  char bytes[4];
  wchar_t code_points[4] = {};
  char* input = bytes;
  size_t input_left = bytes_of(sequence, bytes);
  char* output = reinterpret_cast<char*>(code_points);
  size_t room = sizeof code_points;
  iconv(converter, nullptr, nullptr, nullptr, nullptr);
  if (iconv(converter, &input, &input_left, &output, &room) == kFailed) {
    // The fourth byte is the last that a character may have.
    const bool goes_on = errno == EINVAL && sequence <= 0xFFFFFF;
    return {.kind = goes_on ? Kind::beginning : Kind::invalid};
  }
  iconv(converter, nullptr, nullptr, &output, &room);  // What it keeps back to join it with more.
  return {.kind = Kind::character,
          .companion = static_cast<char16_t>(code_points[1]),
          .value = static_cast<uint32_t>(code_points[0])};
}

const CharacterSet::Meaning& CharacterSet::ask(uint32_t node, unsigned char byte) {
  const uint32_t sequence = nodes_[node]->sequence << 8 | byte;
  Meaning meaning = patched(sequence);
  if (meaning.kind == Kind::unasked) {
    meaning = by_iconv(first_, sequence);
    const bool lacking = meaning.kind == Kind::invalid && second_ != kNoConverter;
    if (lacking) meaning = by_iconv(second_, sequence);
  }
  if (meaning.kind == Kind::beginning) meaning.value = new_node(sequence);
  return nodes_[node]->next[byte] = meaning;
}

}  // namespace nmt::sacrebleu

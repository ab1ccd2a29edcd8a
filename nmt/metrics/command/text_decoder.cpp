#include "nmt/metrics/command/text_decoder.h"

#include <algorithm>
#include <cctype>

#include "data/text/error.h"
#include "data/text/segment_file.h"
#include "data/text/unicode.h"
#include "data/text/utf8.h"

namespace nmt::metrics {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// As Python compares names of encodings: "UTF-8" and "utf 8" are "utf_8".
std::string normalized(std::string_view name) {
  std::string result;
  for (const char c : name) {
    if (std::isalnum(static_cast<unsigned char>(c))) {
      result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else if (!result.empty() && result.back() != '_') {
      result += '_';
    }
  }
  return result;
}

bool is_ascii(std::string_view line) {
  return std::all_of(line.begin(), line.end(), [](char c) { return (c & 0x80) == 0; });
}

void widen_latin1(std::string& line) {
  if (is_ascii(line)) return;
  std::string wide;
  for (const char c : line) text::append_utf8(static_cast<unsigned char>(c), wide);
  line = std::move(wide);
}

}  // namespace

TextDecoder::TextDecoder(std::string_view encoding) {
  struct Alias {
    std::string_view name;
    Kind kind;
  };
  constexpr Alias kAliases[] = {
      {"utf_8", Kind::utf8},     {"utf8", Kind::utf8},        {"u8", Kind::utf8},
      {"utf", Kind::utf8},       {"cp65001", Kind::utf8},     {"utf_8_sig", Kind::utf8_with_mark},
      {"ascii", Kind::ascii},    {"us_ascii", Kind::ascii},   {"646", Kind::ascii},
      {"latin_1", Kind::latin1}, {"latin1", Kind::latin1},    {"latin", Kind::latin1},
      {"l1", Kind::latin1},      {"iso8859_1", Kind::latin1}, {"iso_8859_1", Kind::latin1},
      {"8859", Kind::latin1},    {"iso8859", Kind::latin1},   {"cp819", Kind::latin1},
  };
  const std::string name = normalized(encoding);
  for (const Alias& alias : kAliases) {
    if (alias.name != name) continue;
    kind_ = alias.kind;
    return;
  }
  throw InputError("encoding '", encoding,
                   "' is not supported; known are utf-8, utf-8-sig, ascii, latin-1");
}

std::optional<std::string> TextDecoder::decode(std::string& line, bool first) const {
  if (kind_ == Kind::latin1) {
    widen_latin1(line);
    return std::nullopt;
  }
  if (kind_ == Kind::utf8_with_mark && first && line.starts_with(kByteOrderMark)) {
    line.erase(0, kByteOrderMark.size());
  }
  const std::optional<size_t> invalid = text::find_invalid_utf8(line);
  if (invalid) return concatenate("byte ", *invalid + 1, " of the line is not UTF-8");
  if (kind_ == Kind::ascii && !is_ascii(line)) return "the line is not ASCII";
  return std::nullopt;
}

std::vector<std::string> read_decoded_lines(const std::string& path, const TextDecoder& decoder) {
  std::vector<std::string> lines;
  text::SegmentReader reader(path);
  for (std::string line; reader.next(line);) {
    const auto problem = decoder.decode(line, lines.empty());
    if (problem) throw InputError(reader.position(), ": ", *problem);
    line.resize(text::strip_right(line).size());
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace nmt::metrics

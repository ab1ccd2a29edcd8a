#include "nmt/sacrebleu/encodings/text_decoder.h"

#include "data/text/error.h"
#include "data/text/segment_file.h"
#include "data/text/unicode.h"
#include "data/text/utf8.h"
#include "nmt/sacrebleu/encodings/decoded_source.h"

namespace nmt::sacrebleu {

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

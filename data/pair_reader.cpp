#include "data/pair_reader.h"

#include <cstdio>

#include "data/text/error.h"

namespace nmt::data {
namespace {

int64_t count_rest(text::SegmentReader& reader) {
  std::string segment;
  while (reader.next(segment)) {
  }
  return reader.line_number();
}

void remove_carriage_return(std::string& segment) {
  if (segment.ends_with('\r')) segment.pop_back();
}

std::string hexadecimal(char byte) {
  char digits[8];
  std::snprintf(digits, sizeof digits, "0x%02X", static_cast<unsigned char>(byte));
  return digits;
}

[[noreturn]] void fail_at(const text::SegmentReader& reader, const std::string& segment,
                          size_t offset) {
  throw InputError(reader.name(), ": line ", reader.line_number(), ", byte ", offset + 1, " (",
                   hexadecimal(segment[offset]),
                   ") is not valid UTF-8; convert the file to UTF-8, or pass --invalid-utf8 skip ",
                   "to leave such pairs out or replace to mend them");
}

// Applies `rule` to one side; false if its pair is to be left out.
bool accept(const text::SegmentReader& reader, text::InvalidUtf8 rule, std::string& segment) {
  const auto offset = text::find_invalid_utf8(segment);
  if (!offset) return true;
  if (rule == text::InvalidUtf8::kSkip) return false;
  if (rule == text::InvalidUtf8::kFail) fail_at(reader, segment, *offset);
  segment = text::replace_invalid_utf8(segment);
  return true;
}

}  // namespace

PairReader::PairReader(const std::string& source_path, const std::string& target_path,
                       text::InvalidUtf8 rule)
    : source_(source_path), target_(target_path), rule_(rule) {}

bool PairReader::read_lines(SentencePair& pair) {
  const bool has_source = source_.next(pair.source);
  const bool has_target = target_.next(pair.target);
  if (has_source != has_target) {
    const int64_t source_lines = count_rest(source_);
    const int64_t target_lines = count_rest(target_);
    throw InputError(source_.name(), " has ", source_lines, " lines but ", target_.name(), " has ",
                     target_lines, ": line i of one must translate line i of the other");
  }
  remove_carriage_return(pair.source);
  remove_carriage_return(pair.target);
  return has_source;
}

bool PairReader::next(SentencePair& pair) {
  while (read_lines(pair)) {
    if (accept(source_, rule_, pair.source) && accept(target_, rule_, pair.target)) return true;
  }
  return false;
}

}  // namespace nmt::data

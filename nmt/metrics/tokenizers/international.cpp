#include "nmt/metrics/tokenizers/international.h"

#include "data/text/unicode.h"

namespace nmt::metrics {
namespace {

using enum text::CharacterClass;

// One character of the line: its bytes and its class.
struct Character {
  std::string_view bytes;
  text::CharacterClass kind;
};

// The character at `position`, which moves behind it.
Character take(std::string_view line, size_t& position) {
  const size_t start = position;
  const char32_t code_point = text::next_code_point(line, position);
  return {line.substr(start, position - start), text::character_class(code_point)};
}

void separate_behind_text(std::string_view line, std::string& result) {
  result.clear();
  size_t position = 0;
  while (position < line.size()) {
    const Character first = take(line, position);
    result += first.bytes;
    if (first.kind == kNumber || position == line.size()) continue;
    size_t behind = position;
    const Character second = take(line, behind);
    if (second.kind != kPunctuation) continue;
    result += ' ';
    result += second.bytes;
    result += ' ';
    position = behind;
  }
}

void separate_before_text(std::string_view line, std::string& result) {
  result.clear();
  size_t position = 0;
  while (position < line.size()) {
    const Character first = take(line, position);
    size_t behind = position;
    if (first.kind != kPunctuation || position == line.size() ||
        take(line, behind).kind == kNumber) {
      result += first.bytes;
      continue;
    }
    result += ' ';
    result += first.bytes;
    result += ' ';
    result += line.substr(position, behind - position);
    position = behind;
  }
}

void separate_symbols(std::string_view line, std::string& result) {
  result.clear();
  for (size_t position = 0; position < line.size();) {
    const Character character = take(line, position);
    if (character.kind == kSymbol) result += ' ';
    result += character.bytes;
    if (character.kind == kSymbol) result += ' ';
  }
}

}  // namespace

void InternationalTokenizer::tokenize(std::string_view segment, std::string& words) const {
  std::string line;
  separate_behind_text(segment, words);
  separate_before_text(words, line);
  separate_symbols(line, words);
}

}  // namespace nmt::metrics

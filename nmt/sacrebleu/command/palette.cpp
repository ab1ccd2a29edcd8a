#include "nmt/sacrebleu/command/palette.h"

#include <algorithm>

namespace nmt::sacrebleu {
namespace {

constexpr std::string_view kParameters = "0123456789;";

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Bytes of the sequence that starts with the escape at the front of `text`; 0 if none does.
size_t sequence_length(std::string_view text) {
  if (text.starts_with("\033[")) {
    const size_t letter = std::min(text.find_first_not_of(kParameters, 2), text.size());
    return letter < text.size() && is_letter(text[letter]) ? letter + 1 : 0;
  }
  const size_t bell = text.starts_with("\033]") ? text.find('\a') : text.npos;
  return bell == text.npos ? 0 : bell + 1;
}

}  // namespace

std::string without_escapes(std::string_view text) {
  std::string result;
  for (size_t at = 0; at < text.size();) {
    const size_t start = at + (text[at] == '\001' ? 1 : 0);  // A shell's mark round sequences.
    const size_t length = sequence_length(text.substr(start));
    if (length == 0) {
      result += text[at++];
      continue;
    }
    at = start + length;
    if (at < text.size() && text[at] == '\002') ++at;
  }
  return result;
}

}  // namespace nmt::sacrebleu

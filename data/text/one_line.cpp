#include "data/text/one_line.h"

namespace nmt::text {
namespace {

// Bytes of the character at the front of `text` if it ends a line, else 0.
size_t line_end_length(std::string_view text) {
  const char first = text.front();
  if ((first >= '\x0A' && first <= '\x0D') || (first >= '\x1C' && first <= '\x1E')) return 1;
  if (text.starts_with("\xC2\x85")) return 2;
  if (text.starts_with("\xE2\x80\xA8") || text.starts_with("\xE2\x80\xA9")) return 3;
  return 0;
}

}  // namespace

std::string on_one_line(std::string_view text) {
  std::string line;
  line.reserve(text.size());
  while (!text.empty()) {
    const size_t length = line_end_length(text);
    line.push_back(length > 0 ? ' ' : text.front());
    text.remove_prefix(length > 0 ? length : 1);
  }
  return line;
}

}  // namespace nmt::text

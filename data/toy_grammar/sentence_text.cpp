#include "data/toy_grammar/sentence_text.h"

#include <utility>

namespace nmt::data {
namespace {

/// Capitalises the first letter: ASCII, or ä, ö, ü in UTF-8.
void capitalize(std::string& text) {
  if (text[0] >= 'a' && text[0] <= 'z') {
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  } else if (text.starts_with("ä") || text.starts_with("ö") || text.starts_with("ü")) {
    text[1] = static_cast<char>(text[1] - 0x20);
  }
}

}  // namespace

void SentenceText::word(std::string_view first, std::string_view second, std::string_view third) {
  if (first.empty() && second.empty() && third.empty()) return;
  if (comma_) text_.push_back(',');
  comma_ = false;
  if (!text_.empty()) text_.push_back(' ');
  text_.append(first).append(second).append(third);
}

std::string SentenceText::finish() {
  comma_ = false;
  capitalize(text_);
  text_.push_back('.');
  return std::exchange(text_, {});
}

}  // namespace nmt::data

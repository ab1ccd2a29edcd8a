#include "nmt/metrics/tokenizers/characters.h"

#include "data/text/unicode.h"

namespace nmt::metrics {

void CharacterTokenizer::tokenize(std::string_view segment, std::string& words) const {
  words.clear();
  for (size_t position = 0; position < segment.size();) {
    const size_t start = position;
    text::next_code_point(segment, position);
    if (start > 0) words += ' ';
    words += segment.substr(start, position - start);
  }
}

}  // namespace nmt::metrics

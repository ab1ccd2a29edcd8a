#include "nmt/metrics/tokenizers/tokenizer.h"

#include "data/text/unicode.h"

namespace nmt::metrics {

void Tokenizer::split(std::string_view segment, Words& words) const {
  tokenize(segment, words.text);
  text::split_at_white_space(words.text, words.views);
}

}  // namespace nmt::metrics

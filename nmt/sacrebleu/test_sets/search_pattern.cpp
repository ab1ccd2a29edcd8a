#include "nmt/sacrebleu/test_sets/search_pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <utility>

#include "data/text/error.h"

namespace nmt::sacrebleu {
namespace {

std::string message_of(int error) {
  PCRE2_UCHAR text[256];
  pcre2_get_error_message(error, text, sizeof text);
  return reinterpret_cast<const char*>(text);
}

PCRE2_SPTR bytes_of(std::string_view text) {
  return reinterpret_cast<PCRE2_SPTR>(text.data());
}

}  // namespace

void SearchPattern::FreeCode::operator()(pcre2_real_code_8* code) const {
  pcre2_code_free(code);
}

SearchPattern::SearchPattern(std::string pattern) : pattern_(std::move(pattern)) {
  int error = 0;
  PCRE2_SIZE place = 0;
  code_.reset(pcre2_compile(bytes_of(pattern_), pattern_.size(), PCRE2_UTF | PCRE2_UCP, &error,
                            &place, nullptr));
  if (code_ != nullptr) return;
  throw InputError("--subset '", pattern_, "' is no regular expression: ", message_of(error),
                   ", behind byte ", place);
}

bool SearchPattern::is_in(std::string_view text) const {
  pcre2_match_data* data = pcre2_match_data_create(1, nullptr);
  const int found = pcre2_match(code_.get(), bytes_of(text), text.size(), 0, 0, data, nullptr);
  pcre2_match_data_free(data);
  if (found >= 0) return true;
  if (found == PCRE2_ERROR_NOMATCH) return false;
  throw InputError("--subset '", pattern_, "' cannot be looked for: ", message_of(found));
}

}  // namespace nmt::sacrebleu

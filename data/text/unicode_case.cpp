#include "data/text/unicode_case.h"

#include <algorithm>

#include "data/text/unicode.h"
#include "data/text/unicode_tables.h"
#include "data/text/utf8.h"

namespace nmt::text {
namespace {

constexpr char32_t kCapitalSigma = 0x03A3;
constexpr char32_t kSmallSigma = 0x03C3;
constexpr char32_t kFinalSigma = 0x03C2;
constexpr char32_t kCapitalIWithDot = 0x0130;
constexpr std::string_view kSmallIAndDot = "i\u0307";

SigmaContext sigma_context(char32_t code_point) {
  const auto ranges = sigma_context_ranges();
  const auto range = std::lower_bound(
      ranges.begin(), ranges.end(), code_point,
      [](const SigmaContextRange& range, char32_t value) { return range.last < value; });
  if (range == ranges.end() || code_point < range->first) return SigmaContext::kNeither;
  return range->value;
}

bool cased_letter_before(std::string_view text, size_t end) {
  while (end > 0) {
    size_t start = end - 1;
    while (start > 0 && (text[start] & 0xC0) == 0x80) --start;
    size_t position = start;
    const SigmaContext context = sigma_context(next_code_point(text, position));
    if (context != SigmaContext::kIgnorable) return context == SigmaContext::kCased;
    end = start;
  }
  return false;
}

bool cased_letter_behind(std::string_view text, size_t position) {
  while (position < text.size()) {
    const SigmaContext context = sigma_context(next_code_point(text, position));
    if (context != SigmaContext::kIgnorable) return context == SigmaContext::kCased;
  }
  return false;
}

void append_lower(std::string_view text, size_t start, size_t end, char32_t code_point,
                  std::string& result) {
  if (code_point == kCapitalSigma) {
    const bool ends_word = cased_letter_before(text, start) && !cased_letter_behind(text, end);
    append_utf8(ends_word ? kFinalSigma : kSmallSigma, result);
  } else if (code_point == kCapitalIWithDot) {
    result += kSmallIAndDot;
  } else if (const char32_t lower = lower_code_point(code_point); lower != code_point) {
    append_utf8(lower, result);
  } else {
    result += text.substr(start, end - start);
  }
}

}  // namespace

char32_t lower_code_point(char32_t code_point) {
  if (code_point < 0x80) {
    return code_point >= 'A' && code_point <= 'Z' ? code_point + 32 : code_point;
  }
  const auto ranges = lower_ranges();
  const auto range =
      std::lower_bound(ranges.begin(), ranges.end(), code_point,
                       [](const LowerRange& range, char32_t value) { return range.last < value; });
  if (range == ranges.end() || code_point < range->first) return code_point;
  if ((code_point - range->first) % range->step != 0) return code_point;
  return static_cast<char32_t>(static_cast<int32_t>(code_point) + range->delta);
}

std::string lower(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (size_t position = 0; position < text.size();) {
    const char byte = text[position];
    if ((byte & 0x80) == 0) {
      result += byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + 32) : byte;
      ++position;
      continue;
    }
    const size_t start = position;
    const char32_t code_point = next_code_point(text, position);
    append_lower(text, start, position, code_point, result);
  }
  return result;
}

}  // namespace nmt::text

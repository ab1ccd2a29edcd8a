#include "nmt/sacrebleu/test_sets/regex_source.h"

#include "data/text/error.h"
#include "data/text/utf8.h"

namespace nmt::sacrebleu {
namespace {

constexpr std::u32string_view kEscapeLetters = U"abfnrtv";
constexpr std::u32string_view kEscapeValues = U"\a\b\f\n\r\t\v";
constexpr std::u32string_view kFlagLetters = U"imsaxu";

int hexadecimal(char32_t c) {
  if (c >= '0' && c <= '9') return static_cast<int>(c - '0');
  const char32_t small = c | 0x20;
  return small >= 'a' && small <= 'f' ? static_cast<int>(small - 'a' + 10) : -1;
}

bool is_letter(char32_t c) {
  return (c | 0x20) >= 'a' && (c | 0x20) <= 'z' && c < 0x80;
}

}  // namespace

std::optional<RegexCategory> regex_category(char32_t letter) {
  const char32_t small = letter | 0x20;
  if (letter > 'z' || (small != 'd' && small != 's' && small != 'w')) return std::nullopt;
  return RegexCategory{.letter = small, .negated = small != letter};
}

RegexSource::RegexSource(std::string_view pattern) : text_(text::decode_utf8(pattern)) {}

char32_t RegexSource::next_or(std::string_view problem) {
  if (at_end()) fail(problem);
  return next();
}

bool RegexSource::take(char32_t c) {
  if (at_end() || peek() != c) return false;
  ++at_;
  return true;
}

char32_t RegexSource::take_literal(char32_t escaped) {
  const size_t found = kEscapeLetters.find(escaped);
  if (found != std::u32string_view::npos) return kEscapeValues[found];
  if (escaped == 'x') return take_hexadecimal(2);
  if (escaped == 'u') return take_hexadecimal(4);
  if (escaped == 'U') return take_hexadecimal(8);
  if (escaped == 'N') fail("characters by name are not supported");
  if (escaped >= '0' && escaped <= '7') return take_octal(escaped);
  if (is_letter(escaped) || escaped == '8' || escaped == '9') {
    fail("bad escape \\" + text::encode_utf8({&escaped, 1}));
  }
  return escaped;
}

char32_t RegexSource::take_hexadecimal(size_t digits) {
  char32_t value = 0;
  for (size_t i = 0; i < digits; ++i) {
    const int digit = at_end() ? -1 : hexadecimal(peek());
    if (digit < 0) fail("incomplete escape");
    value = value * 16 + static_cast<char32_t>(digit);
    ++at_;
  }
  if (value > 0x10FFFF) fail("bad escape: above U+10FFFF");
  return value;
}

char32_t RegexSource::take_octal(char32_t first) {
  char32_t value = first - '0';
  for (int i = 0; i < 2 && !at_end() && peek() >= '0' && peek() <= '7'; ++i) {
    value = value * 8 + (next() - '0');
  }
  if (value > 0377) fail("octal escape above 0o377");
  return value;
}

bool RegexSource::take_flags(char32_t first, RegexFlags& flags) {
  std::u32string added, removed;
  bool adding = true;
  char32_t c = first;
  if (c == ')') fail("unknown extension ?)");
  for (; c != ':' && c != ')'; c = next_or("missing -, : or )")) {
    if (c == '-' && adding) {
      adding = false;
      continue;
    }
    if (kFlagLetters.find(c) == std::u32string_view::npos) fail("unknown extension or flag");
    (adding ? added : removed).push_back(c);
    if (!adding && (c == 'a' || c == 'u')) fail("cannot turn off flags a and u");
    set_flag(c, adding, flags);
  }
  if (!adding && (c == ')' || removed.empty())) fail("missing flag or :");
  if (added.find('a') != added.npos && added.find('u') != added.npos) {
    fail("flags a and u are incompatible");
  }
  if (added.find_first_of(removed) != added.npos) fail("flag turned on and off");
  return c == ':';
}

void RegexSource::set_flag(char32_t letter, bool value, RegexFlags& flags) const {
  if (letter == 'i') flags.ignore_case = value;
  if (letter == 'm') flags.multiline = value;
  if (letter == 's') flags.dot_all = value;
  if (letter == 'x') flags.verbose = value;
  if (letter == 'a') flags.ascii = true;
  if (letter == 'u') flags.ascii = false;
}

std::u32string RegexSource::name_before(char32_t end) {
  std::u32string name;
  for (char32_t c; (c = next_or("missing group name")) != end;) name.push_back(c);
  const auto in_name = [](char32_t c) {
    return is_letter(c) || c == '_' || c >= 0x80 || (c >= '0' && c <= '9');
  };
  bool good = !name.empty() && (name[0] < '0' || name[0] > '9');
  for (const char32_t c : name) good = good && in_name(c);
  if (!good) fail("bad character in group name");
  return name;
}

void RegexSource::skip_comment() {
  for (char32_t c; (c = next_or("missing ), unterminated comment")) != ')';) {
    if (c == '\\') next_escaped();
  }
}

void RegexSource::fail(std::string_view problem) const {
  throw InputError("regular expression '", text::encode_utf8(text_), "', character ", at_, ": ",
                   problem);
}

}  // namespace nmt::sacrebleu

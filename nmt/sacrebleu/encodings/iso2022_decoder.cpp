#include "nmt/sacrebleu/encodings/iso2022_decoder.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "data/text/utf8.h"
#include "nmt/sacrebleu/encodings/designated_set.h"

namespace nmt::sacrebleu {

struct Iso2022Variant {
  std::string_view module;
  std::string_view sets;       // Marks of the sets of one byte.
  std::string_view wide_sets;  // And of two.
  bool shifts = false;         // Whether SO and SI are more than control characters.
  bool has_set_2 = false;
  bool has_revision = false;  // Whether ESC & @ ESC $ B announces JIS X 0208 of 1990.
};

namespace {

constexpr char kEscape = '\x1B', kShiftOut = '\x0E', kShiftIn = '\x0F';
constexpr unsigned char kAscii = 'B', kWide = 0x80;
constexpr size_t kLongestEscape = 16;

constexpr Iso2022Variant kVariants[] = {
    {"iso2022_jp", "J", "B@", false, false, true},
    {"iso2022_jp_1", "J", "BD@", false, false, true},
    {"iso2022_jp_2", "JAF", "BDCA@", false, true, true},
    {"iso2022_jp_2004", "", "BQP", false, false, true},
    {"iso2022_jp_3", "", "BOP", false, false, true},
    {"iso2022_jp_ext", "JI", "BD@", false, false, true},
    {"iso2022_kr", "", "C", true, false, false},
};

// The table that has a set of two bytes, and what its characters begin with there.
struct WideSet {
  char mark;
  std::string_view table;
  unsigned char shift = 0;
};

constexpr WideSet kWideSets[] = {
    {'B', "euc_jp"}, {'@', "euc_jp"},        {'D', "euc_jp", 0x8F},        {'C', "ksx1001"},
    {'A', "gb2312"}, {'O', "jisx0213_2000"}, {'P', "jisx0213_2000", 0x8F}, {'Q', "jisx0213_2004"},
};

const Iso2022Variant* find_variant(std::string_view module) {
  const auto variant = std::find_if(std::begin(kVariants), std::end(kVariants),
                                    [&](const auto& entry) { return entry.module == module; });
  return variant == std::end(kVariants) ? nullptr : variant;
}

WideSet wide_set(char mark, const Iso2022Variant& variant) {
  WideSet set = *std::find_if(std::begin(kWideSets), std::end(kWideSets),
                              [&](const WideSet& entry) { return entry.mark == mark; });
  if (mark == 'P' && variant.module == "iso2022_jp_2004") set.table = "jisx0213_2004";
  return set;
}

bool ends_escape(char c) {
  return (c >= 'A' && c <= 'Z') || c == '@';
}

// Bytes of the escape sequence at the start of `text`; 0 if it has not ended yet.
size_t escape_size(std::string_view text, const Iso2022Variant& variant) {
  for (size_t i = 1; i < std::min(text.size(), kLongestEscape); ++i) {
    if (ends_escape(text[i])) return i + 1;
    if (variant.has_revision && text.substr(i, 2) == "&@") i += 2;
  }
  return 0;
}

struct Designation {
  int place = 0;           // Which of the sets.
  unsigned char mark = 0;  // As in Iso2022Decoder::sets_.
};

// What a whole escape sequence designates; none if it does not.
std::optional<Designation> designation_of(std::string_view escape, const Iso2022Variant& variant) {
  const auto mark = static_cast<unsigned char>(escape.back());
  const auto wide = static_cast<unsigned char>(mark | kWide);
  if (escape.size() == 3) {
    if (escape[1] == '$') return Designation{0, wide};
    if (escape[1] == '(') return Designation{0, mark};
    if (escape[1] == ')') return Designation{1, mark};
    if (escape[1] == '.' && variant.has_set_2) return Designation{2, mark};
  }
  if (escape.size() == 4 && escape[1] == '$') {
    if (escape[2] == '(') return Designation{0, wide};
    if (escape[2] == ')') return Designation{1, wide};
  }
  const bool revised = variant.has_revision && escape.size() == 6 && escape.ends_with("\x1B$B");
  return revised ? std::optional(Designation{0, wide}) : std::nullopt;
}

// JIS X 0201: Latin letters, or half-width kana.
bool append_jisx0201(unsigned char mark, unsigned char byte, std::string& text) {
  if (mark == 'J') {
    text::append_utf8(byte == 0x5C ? 0xA5 : byte == 0x7E ? 0x203E : byte, text);
    return true;
  }
  if (mark != 'I' || byte < 0x21 || byte > 0x5F) return false;
  text::append_utf8(0xFF61 + (byte - 0x21), text);
  return true;
}

}  // namespace

bool Iso2022Decoder::knows(std::string_view module) {
  return find_variant(module) != nullptr;
}

Iso2022Decoder::Iso2022Decoder(std::string_view module) : variant_(*find_variant(module)) {}

CharacterSet& Iso2022Decoder::character_set(std::string_view name) {
  auto& set = loaded_[name];
  if (set == nullptr) set = std::make_unique<CharacterSet>(name);
  return *set;
}

bool Iso2022Decoder::designate(std::string_view escape) {
  const auto designation = designation_of(escape, variant_);
  if (!designation) return false;
  const auto mark = static_cast<char>(designation->mark & ~kWide);
  const bool wide = (designation->mark & kWide) != 0;
  const std::string_view known = wide ? variant_.wide_sets : variant_.sets;
  if (designation->mark != kAscii && known.find(mark) == std::string_view::npos) return false;
  sets_[designation->place] = designation->mark;
  return true;
}

Iso2022Decoder::Step Iso2022Decoder::take_from_set_2(std::string& text) {
  if (pending_.size() < 3) return Step::unfinished;
  const auto byte = static_cast<unsigned char>(pending_[2]);
  if (sets_[2] == kAscii || sets_[2] == 'A') {
    text::append_utf8(sets_[2] == 'A' ? byte + 0x80 : byte, text);
    return byte < 0x80 ? Step::done : Step::wrong;
  }
  // ISO 8859-7 of 1987, which did not have these yet.
  if (sets_[2] != 'F' || byte == 0x24 || byte == 0x25 || byte == 0x2A) return Step::wrong;
  const auto& meaning = character_set("iso8859_7").meaning(CharacterSet::kRoot, byte ^ 0x80);
  if (meaning.kind != CharacterSet::Kind::character) return Step::wrong;
  text::append_utf8(meaning.value, text);
  return Step::done;
}

Iso2022Decoder::Step Iso2022Decoder::take_escape(std::string& text) {
  if (pending_.size() < 2) return Step::unfinished;
  if (variant_.has_set_2 && pending_[1] == 'N') return take_from_set_2(text);
  if (std::string_view("()$.&").find(pending_[1]) == std::string_view::npos) {
    in_foreign_escape_ = !ends_escape(pending_[1]);
    text += kEscape;
    text::append_utf8(static_cast<unsigned char>(pending_[1]), text);
    return Step::done;
  }
  if (pending_.size() >= kLongestEscape) return Step::wrong;
  if (escape_size(pending_, variant_) == 0) return Step::unfinished;
  return designate(pending_) ? Step::done : Step::wrong;
}

Iso2022Decoder::Step Iso2022Decoder::take_character(std::string& text) {
  const unsigned char set = sets_[shifted_ ? 1 : 0];
  const auto byte = static_cast<unsigned char>(pending_[0]);
  if (byte >= 0x80) return Step::wrong;
  if (byte < 0x20 || set == kAscii) {
    if (byte == '\n') shifted_ = false;
    text += pending_[0];
    return Step::done;
  }
  if ((set & kWide) == 0) return append_jisx0201(set, byte, text) ? Step::done : Step::wrong;
  if (pending_.size() < 2) return Step::unfinished;
  const WideSet wide = wide_set(static_cast<char>(set & ~kWide), variant_);
  const bool ok = append_designated(character_set(wide.table), pending_, text, wide.shift);
  return ok ? Step::done : Step::wrong;
}

Iso2022Decoder::Step Iso2022Decoder::take(unsigned char byte, std::string& text) {
  if (in_foreign_escape_) {
    in_foreign_escape_ = !ends_escape(static_cast<char>(byte));
    text::append_utf8(byte, text);
    return Step::done;
  }
  pending_ += static_cast<char>(byte);
  if (pending_[0] == kEscape) return take_escape(text);
  if (variant_.shifts && (pending_[0] == kShiftOut || pending_[0] == kShiftIn)) {
    shifted_ = pending_[0] == kShiftOut;
    return Step::done;
  }
  return take_character(text);
}

bool Iso2022Decoder::decode(std::string_view bytes, std::string& text) {
  for (const char byte : bytes) {
    const Step step = take(static_cast<unsigned char>(byte), text);
    if (step == Step::wrong) return false;
    if (step == Step::done) pending_.clear();
  }
  return true;
}

}  // namespace nmt::sacrebleu

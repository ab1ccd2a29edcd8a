#include "nmt/sacrebleu/encodings/designated_set.h"

#include "data/text/utf8.h"

namespace nmt::sacrebleu {

bool append_designated(CharacterSet& set, std::string_view bytes, std::string& text,
                       unsigned char shift) {
  using Kind = CharacterSet::Kind;
  CharacterSet::Meaning meaning{.kind = Kind::beginning, .value = CharacterSet::kRoot};
  if (shift != 0) meaning = set.meaning(meaning.value, shift);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (meaning.kind != Kind::beginning || byte < 0x21 || byte > 0x7E) return false;
    meaning = set.meaning(meaning.value, byte | 0x80);
  }
  if (meaning.kind != Kind::character) return false;
  text::append_utf8(meaning.value, text);
  if (meaning.companion != 0) text::append_utf8(meaning.companion, text);
  return true;
}

}  // namespace nmt::sacrebleu

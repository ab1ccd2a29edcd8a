#include "nmt/sacrebleu/encodings/character_set_decoder.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "data/text/utf8.h"

namespace nmt::sacrebleu {
namespace {

constexpr unsigned char kLetters = 0xA4;  // The first byte of every letter.
constexpr unsigned char kFiller = 0xD4;   // The second byte of the letter that is none.
constexpr size_t kMakeUpSize = 8;

// The second bytes of the letters that begin a syllable, and of those that end one, in the order in
// which Unicode numbers them; the filler, first, ends a syllable that ends in its vowel.
constexpr unsigned char kFirstLetters[] = {0xA1, 0xA2, 0xA4, 0xA7, 0xA8, 0xA9, 0xB1,
                                           0xB2, 0xB3, 0xB5, 0xB6, 0xB7, 0xB8, 0xB9,
                                           0xBA, 0xBB, 0xBC, 0xBD, 0xBE};
constexpr unsigned char kLastLetters[] = {
    kFiller, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA9, 0xAA, 0xAB, 0xAC, 0xAD, 0xAE,
    0xAF,    0xB0, 0xB1, 0xB2, 0xB4, 0xB5, 0xB6, 0xB7, 0xB8, 0xBA, 0xBB, 0xBC, 0xBD, 0xBE};
constexpr unsigned char kFirstVowel = 0xBF, kLastVowel = 0xD3;

template <size_t N>
std::optional<char32_t> index_of(unsigned char byte, const unsigned char (&letters)[N]) {
  const auto place = std::find(std::begin(letters), std::end(letters), byte);
  if (place == std::end(letters)) return std::nullopt;
  return static_cast<char32_t>(place - std::begin(letters));
}

// The syllable of a whole make-up sequence; none if it is not one.
std::optional<char32_t> syllable(std::string_view sequence) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(sequence[i]); };
  if (byte(2) != kLetters || byte(4) != kLetters || byte(6) != kLetters) return std::nullopt;
  const auto first = index_of(byte(3), kFirstLetters);
  const auto last = index_of(byte(7), kLastLetters);
  if (!first || !last || byte(5) < kFirstVowel || byte(5) > kLastVowel) return std::nullopt;
  return 0xAC00 + (*first * 21 + (byte(5) - kFirstVowel)) * 28 + *last;
}

}  // namespace

bool CharacterSetDecoder::go_on_making_up(unsigned char byte, std::string& text) {
  make_up_ += static_cast<char>(byte);
  if (make_up_.size() < kMakeUpSize) return true;
  const auto code_point = syllable(make_up_);
  make_up_.clear();
  if (code_point) text::append_utf8(*code_point, text);
  return code_point.has_value();
}

bool CharacterSetDecoder::decode_byte(unsigned char byte, std::string& text) {
  const CharacterSet::Meaning& meaning = set_.meaning(node_, byte);
  if (meaning.kind == CharacterSet::Kind::beginning) {
    node_ = meaning.value;
    last_byte_ = byte;
    return true;
  }
  const bool second = node_ != CharacterSet::kRoot;
  node_ = CharacterSet::kRoot;
  if (meaning.kind == CharacterSet::Kind::character) {
    text::append_utf8(meaning.value, text);
    if (meaning.companion != 0) text::append_utf8(meaning.companion, text);
    return true;
  }
  if (!makes_up_ || !second || last_byte_ != kLetters || byte != kFiller) return false;
  make_up_ = {static_cast<char>(kLetters), static_cast<char>(kFiller)};
  return true;
}

bool CharacterSetDecoder::decode(std::string_view bytes, std::string& text) {
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (!(make_up_.empty() ? decode_byte(byte, text) : go_on_making_up(byte, text))) return false;
  }
  return true;
}

}  // namespace nmt::sacrebleu

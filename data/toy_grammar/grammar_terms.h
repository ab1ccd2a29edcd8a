// The grammatical categories of both languages.

#pragma once

#include <cstdint>

namespace nmt::data {

enum class Case : uint8_t { nominative, accusative, dative, genitive };
enum class Number : uint8_t { singular, plural };

/// What a finite verb agrees with. "you" and polite "Sie" count as plural.
enum class Agreement : uint8_t { first_singular, third_singular, plural };

enum class Pronoun : uint8_t { i, you, he, she, it, we, they };
inline constexpr int kPronouns = 7;

/// English has the same ones, but for `no`, which is "not ... a" there.
enum class Determiner : uint8_t {
  bare,
  definite,
  indefinite,
  demonstrative,
  every,
  all,
  many,
  some,
  few,
  number,
  my,
  your,
  his,
  her,
  our,
  their,
  no,
};

enum class Tense : uint8_t { present, past, future, modal_present, modal_past };

enum class Modal : uint8_t { can, must, want, may, should };
inline constexpr int kModals = 5;

/// Place of the relative pronoun in its clause.
enum class RelativeRole : uint8_t { subject, accusative, dative, preposition };

constexpr bool is_possessive(Determiner determiner) {
  return determiner >= Determiner::my && determiner <= Determiner::their;
}

}  // namespace nmt::data

// The grammatical categories of both languages.

#pragma once

#include <cstdint>

namespace nmt::data {

enum class Case : uint8_t { kNominative, kAccusative, kDative, kGenitive };
enum class Number : uint8_t { kSingular, kPlural };

/// What a finite verb agrees with. "you" and polite "Sie" count as plural.
enum class Agreement : uint8_t { kFirstSingular, kThirdSingular, kPlural };

enum class Pronoun : uint8_t { kI, kYou, kHe, kShe, kIt, kWe, kThey };
inline constexpr int kPronouns = 7;

/// English has the same ones, but for `no`, which is "not ... a" there.
enum class Determiner : uint8_t {
  kBare,
  kDefinite,
  kIndefinite,
  kDemonstrative,
  kEvery,
  kAll,
  kMany,
  kSome,
  kFew,
  kNumber,
  kMy,
  kYour,
  kHis,
  kHer,
  kOur,
  kTheir,
  kNo,
};

enum class Tense : uint8_t { kPresent, kPast, kFuture, kModalPresent, kModalPast };

enum class Modal : uint8_t { kCan, kMust, kWant, kMay, kShould };
inline constexpr int kModals = 5;

/// Place of the relative pronoun in its clause.
enum class RelativeRole : uint8_t { kSubject, kAccusative, kDative, kPreposition };

constexpr bool is_possessive(Determiner determiner) {
  return determiner >= Determiner::kMy && determiner <= Determiner::kTheir;
}

}  // namespace nmt::data

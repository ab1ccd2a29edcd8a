// The grammatical constructions of the toy grammar, and the set of those that a sentence uses.

#pragma once

#include <bit>
#include <cstdint>

namespace nmt::data {

/// What German does that English does not, or does differently. One sentence uses several.
enum class Construction : uint8_t {
  kDefiniteArticle,      ///< der alte Hund
  kIndefiniteArticle,    ///< ein alter Hund
  kDemonstrative,        ///< dieser Hund, jeder Hund
  kPossessive,           ///< mein Hund
  kWeakAdjective,        ///< der alte Hund
  kMixedAdjective,       ///< ein alter Hund
  kStrongAdjective,      ///< alte Hunde
  kNumber,               ///< drei Hunde, einundzwanzig Hunde
  kProperName,           ///< Anna, aus Köln
  kPronounSubject,       ///< er
  kPronounObject,        ///< ihn, ihm: before every other object
  kAccusativeObject,     ///< sieht den Hund
  kDativeObject,         ///< hilft dem Hund
  kTwoObjects,           ///< gibt dem Hund den Ball
  kPrepositionObject,    ///< wartet auf den Hund
  kGenitiveAttribute,    ///< das Haus des Lehrers
  kGenitivePreposition,  ///< wegen des Regens
  kPlace,                ///< im Garten (dative)
  kDirection,            ///< in den Garten (accusative), zum Bahnhof
  kCompanion,            ///< mit dem Freund
  kBeneficiary,          ///< für den Freund
  kTime,                 ///< gestern: before the objects
  kFrequency,            ///< oft
  kManner,               ///< langsam
  kInversion,            ///< Gestern kaufte ...: a fronted adverbial, verb still second
  kVerbFinal,            ///< ..., weil er schläft
  kFrontedClause,        ///< Weil er schläft, kommt sie.
  kComplementClause,     ///< sagt, dass ...
  kClauseCoordination,   ///< ..., und ...
  kNounCoordination,     ///< der Hund und die Katze
  kRelativeSubject,      ///< der Hund, der schläft
  kRelativeAccusative,   ///< der Hund, den er sieht
  kRelativeDative,       ///< der Hund, dem er hilft
  kRelativePreposition,  ///< der Hund, auf den er wartet
  kSeparableSplit,       ///< macht ... auf
  kSeparableJoined,      ///< ..., weil er aufmacht; aufgemacht; aufmachen
  kPerfectHaben,         ///< hat ... gekauft
  kPerfectSein,          ///< ist ... gegangen
  kFuture,               ///< wird ... kaufen
  kModal,                ///< muss ... kaufen
  kModalPast,            ///< musste ... kaufen
  kPredicateAdjective,   ///< ist alt: no ending
  kNicht,                ///< sieht den Hund nicht
  kKein,                 ///< sieht keinen Hund
};

inline constexpr int kConstructions = static_cast<int>(Construction::kKein) + 1;

/// A set of constructions.
class ConstructionSet {
 public:
  constexpr void add(Construction construction) { bits_ |= bit(construction); }
  constexpr bool contains(Construction construction) const { return bits_ & bit(construction); }
  constexpr void merge(ConstructionSet other) { bits_ |= other.bits_; }
  constexpr bool operator==(const ConstructionSet&) const = default;

  /// Members of this set that are not in `other`.
  constexpr ConstructionSet without(ConstructionSet other) const {
    ConstructionSet rest;
    rest.bits_ = bits_ & ~other.bits_;
    return rest;
  }
  constexpr bool empty() const { return bits_ == 0; }
  int size() const { return std::popcount(bits_); }

  /// Every construction there is.
  static constexpr ConstructionSet all() {
    ConstructionSet set;
    set.bits_ = (uint64_t{1} << kConstructions) - 1;
    return set;
  }

 private:
  static constexpr uint64_t bit(Construction construction) {
    return uint64_t{1} << static_cast<int>(construction);
  }
  uint64_t bits_ = 0;
};

}  // namespace nmt::data

// The grammatical constructions of the toy grammar, and the set of those that a sentence uses.

#pragma once

#include <cstdint>
#include <string_view>

namespace nmt::data {

/// What German does that English does not, or does differently. One sentence uses several.
enum class Construction : uint8_t {
  definite_article,      ///< der alte Hund
  indefinite_article,    ///< ein alter Hund
  demonstrative,         ///< dieser Hund, jeder Hund
  possessive,            ///< mein Hund
  weak_adjective,        ///< der alte Hund
  mixed_adjective,       ///< ein alter Hund
  strong_adjective,      ///< alte Hunde
  number,                ///< drei Hunde, einundzwanzig Hunde
  proper_name,           ///< Anna, aus Köln
  pronoun_subject,       ///< er
  pronoun_object,        ///< ihn, ihm: before every other object
  accusative_object,     ///< sieht den Hund
  dative_object,         ///< hilft dem Hund
  two_objects,           ///< gibt dem Hund den Ball
  preposition_object,    ///< wartet auf den Hund
  genitive_attribute,    ///< das Haus des Lehrers
  genitive_preposition,  ///< wegen des Regens
  place,                 ///< im Garten (dative)
  direction,             ///< in den Garten (accusative), zum Bahnhof
  companion,             ///< mit dem Freund
  beneficiary,           ///< für den Freund
  time,                  ///< gestern: before the objects
  frequency,             ///< oft
  manner,                ///< langsam
  inversion,             ///< Gestern kaufte ...: a fronted adverbial, verb still second
  verb_final,            ///< ..., weil er schläft
  fronted_clause,        ///< Weil er schläft, kommt sie.
  complement_clause,     ///< sagt, dass ...
  clause_coordination,   ///< ..., und ...
  noun_coordination,     ///< der Hund und die Katze
  relative_subject,      ///< der Hund, der schläft
  relative_accusative,   ///< der Hund, den er sieht
  relative_dative,       ///< der Hund, dem er hilft
  relative_preposition,  ///< der Hund, auf den er wartet
  separable_split,       ///< macht ... auf
  separable_joined,      ///< ..., weil er aufmacht; aufgemacht; aufmachen
  perfect_haben,         ///< hat ... gekauft
  perfect_sein,          ///< ist ... gegangen
  future,                ///< wird ... kaufen
  modal,                 ///< muss ... kaufen
  modal_past,            ///< musste ... kaufen
  predicate_adjective,   ///< ist alt: no ending
  nicht,                 ///< sieht den Hund nicht
  kein,                  ///< sieht keinen Hund
};

inline constexpr int kConstructions = static_cast<int>(Construction::kein) + 1;

/// "definite_article", ..., "kein".
std::string_view construction_name(Construction construction);

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
  int size() const;

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

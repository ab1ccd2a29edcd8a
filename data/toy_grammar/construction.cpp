#include "data/toy_grammar/construction.h"

#include <bit>

namespace nmt::data {

std::string_view construction_name(Construction construction) {
  constexpr std::string_view kNames[] = {"definite_article",
                                         "indefinite_article",
                                         "demonstrative",
                                         "possessive",
                                         "weak_adjective",
                                         "mixed_adjective",
                                         "strong_adjective",
                                         "number",
                                         "proper_name",
                                         "pronoun_subject",
                                         "pronoun_object",
                                         "accusative_object",
                                         "dative_object",
                                         "two_objects",
                                         "preposition_object",
                                         "genitive_attribute",
                                         "genitive_preposition",
                                         "place",
                                         "direction",
                                         "companion",
                                         "beneficiary",
                                         "time",
                                         "frequency",
                                         "manner",
                                         "inversion",
                                         "verb_final",
                                         "fronted_clause",
                                         "complement_clause",
                                         "clause_coordination",
                                         "noun_coordination",
                                         "relative_subject",
                                         "relative_accusative",
                                         "relative_dative",
                                         "relative_preposition",
                                         "separable_split",
                                         "separable_joined",
                                         "perfect_haben",
                                         "perfect_sein",
                                         "future",
                                         "modal",
                                         "modal_past",
                                         "predicate_adjective",
                                         "nicht",
                                         "kein"};
  static_assert(std::size(kNames) == kConstructions);
  return kNames[static_cast<int>(construction)];
}

int ConstructionSet::size() const {
  return std::popcount(bits_);
}

}  // namespace nmt::data

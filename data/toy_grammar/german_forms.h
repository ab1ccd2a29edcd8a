// German word forms: declension of articles, adjectives and nouns, conjugation of verbs.
//
// Source of the paradigms: any school grammar, e.g. Duden, Die Grammatik. Adjectives have three
// declensions: weak after der-words (der alte Mann), mixed after ein-words (ein alter Mann), strong
// where no ending before them shows the case (alte Männer, kaltes Wasser).

#pragma once

#include <array>
#include <string>
#include <string_view>

#include "data/toy_grammar/grammar_terms.h"
#include "data/toy_grammar/lexicon_rows.h"

namespace nmt::data::german {

/// What a form of an article or adjective depends on; gender is of no account in the plural.
struct Inflection {
  Gender gender = Gender::kMasculine;
  Number number = Number::kSingular;
  Case grammatical_case = Case::kNominative;
};

enum class Declension : uint8_t { kWeak, kMixed, kStrong };

/// All forms of a noun, [number][case]; the plural ones are empty for a mass noun.
using NounForms = std::array<std::array<std::string, 4>, 2>;
NounForms noun_forms(const NounRow& row);

/// "der", "einem", "meines", "viele"; empty for bare and number.
struct DeterminerForm {
  std::string_view stem, ending;
};
DeterminerForm determiner(Determiner determiner, Inflection inflection);

Declension declension_after(Determiner determiner);

/// "e", "en", "er", "es" or "em".
std::string_view adjective_ending(Declension declension, Inflection inflection);

/// "ich", "mich", "mir"; there is no genitive.
std::string_view pronoun(Pronoun pronoun, Case grammatical_case);

/// "der", "den", "denen"; there is no genitive.
std::string_view relative_pronoun(Inflection inflection);

/// Present tense without prefix, by Agreement.
std::array<std::string, 3> present_forms(std::string_view infinitive, std::string_view third);

/// The auxiliaries' present; war and modals' past.
std::string_view haben(Agreement agreement);
std::string_view sein(Agreement agreement);
std::string_view war(Agreement agreement);
std::string_view werden(Agreement agreement);
std::string_view modal(Modal modal, bool past, Agreement agreement);

/// "im" for "in dem" and the like; empty where German contracts nothing.
std::string_view contraction(std::string_view preposition, std::string_view article);

/// "zwei" to "neunundneunzig".
std::string number_word(int number);

}  // namespace nmt::data::german

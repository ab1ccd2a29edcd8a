// English word forms that follow a rule.

#pragma once

#include <string>
#include <string_view>

#include "data/toy_grammar/grammar_terms.h"

namespace nmt::data::english {

/// "dogs", "boxes", "cities".
std::string regular_plural(std::string_view noun);

/// "buys", "goes", "carries".
std::string third_person(std::string_view verb);

/// Whether "an" stands before `word`.
bool takes_an(std::string_view word);

std::string_view subject_pronoun(Pronoun pronoun);
std::string_view object_pronoun(Pronoun pronoun);

/// All but definite and indefinite articles and numbers depend on nothing but, here and there,
/// number.
std::string_view determiner(Determiner determiner, Number number);

/// "can", "could" ...; present or past, with or without "not": "must not", "did not have to" ...
std::string_view modal(Modal modal, bool past, bool negated, Agreement agreement);

/// "two" to "ninety-nine".
std::string number_word(int number);

}  // namespace nmt::data::english

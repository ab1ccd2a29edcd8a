// The English side: spells out an abstract sentence.
//
// Subject, verb, object, recipient ("to ..."), partner, manner, place, time; "not" with do;
// particles after a pronoun object ("picks it up"); a or an; commas only after fronted clauses and
// comments and before "and" or "but".

#pragma once

#include <string>

#include "data/toy_grammar/syntax.h"

namespace nmt::data {

std::string to_english(const Sentence& sentence);

}  // namespace nmt::data

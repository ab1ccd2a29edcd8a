// The German side: spells out an abstract sentence and notes the constructions that it needs.
//
// A main clause has the finite verb second, every other clause has it last. Between them and the
// other verb forms (participle, infinitive, separable prefix) stand, in this order: subject if not
// in front, pronoun objects, time, frequency, dative, accusative, partner, manner, nicht,
// prepositional object or place. A relative clause follows its noun, that of an object the whole
// clause.

#pragma once

#include <string>

#include "data/toy_grammar/construction.h"
#include "data/toy_grammar/syntax.h"

namespace nmt::data {

/// Adds to `used` the constructions of the sentence.
std::string to_german(const Sentence& sentence, ConstructionSet& used);

}  // namespace nmt::data

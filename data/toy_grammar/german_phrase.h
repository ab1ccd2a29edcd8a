// German noun and prepositional phrases.

#pragma once

#include "data/toy_grammar/construction.h"
#include "data/toy_grammar/sentence_text.h"
#include "data/toy_grammar/syntax.h"

namespace nmt::data::german {

class PhraseWriter {
 public:
  /// Both must outlive this object.
  PhraseWriter(SentenceText& text, ConstructionSet& used) : text_(text), used_(used) {}

  /// Article, adjectives, noun; or a pronoun or name.
  void phrase(const Phrase& phrase, Case grammatical_case);

  /// A preposition and its phrase, contracted (im, zum) where German does and `contract` is set.
  void prepositional(std::string_view preposition, Case grammatical_case, const Phrase& phrase,
                     bool contract = true);

  void place(const PlacePhrase& place);
  void circumstance(const Circumstance& circumstance);

 private:
  void determiner(const Phrase& phrase, Inflection inflection);
  void after_determiner(const Phrase& phrase, Inflection inflection);

  SentenceText& text_;
  ConstructionSet& used_;
};

/// Gender and number of `phrase`, whose kind is noun, in the given case.
Inflection inflection_of(const Phrase& phrase, Case grammatical_case);

}  // namespace nmt::data::german

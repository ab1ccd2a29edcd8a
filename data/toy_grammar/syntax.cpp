#include "data/toy_grammar/syntax.h"

namespace nmt::data {

NounPhrase::NounPhrase() = default;
NounPhrase::~NounPhrase() = default;
NounPhrase::NounPhrase(NounPhrase&&) noexcept = default;
NounPhrase& NounPhrase::operator=(NounPhrase&&) noexcept = default;

Agreement agreement_of(const Phrase& phrase) {
  if (phrase.kind != Phrase::Kind::pronoun) {
    return phrase.number == Number::plural ? Agreement::plural : Agreement::third_singular;
  }
  switch (phrase.pronoun) {
    case Pronoun::i:
      return Agreement::first_singular;
    case Pronoun::he:
    case Pronoun::she:
    case Pronoun::it:
      return Agreement::third_singular;
    default:
      return Agreement::plural;
  }
}

Agreement agreement_of(const NounPhrase& subject) {
  return subject.second ? Agreement::plural : agreement_of(subject.head);
}

}  // namespace nmt::data

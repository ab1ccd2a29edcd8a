#include "data/toy_grammar/syntax.h"

namespace nmt::data {

NounPhrase::NounPhrase() = default;
NounPhrase::~NounPhrase() = default;
NounPhrase::NounPhrase(NounPhrase&&) noexcept = default;
NounPhrase& NounPhrase::operator=(NounPhrase&&) noexcept = default;

Agreement agreement_of(const Phrase& phrase) {
  if (phrase.kind != Phrase::Kind::kPronoun) {
    return phrase.number == Number::kPlural ? Agreement::kPlural : Agreement::kThirdSingular;
  }
  switch (phrase.pronoun) {
    case Pronoun::kI:
      return Agreement::kFirstSingular;
    case Pronoun::kHe:
    case Pronoun::kShe:
    case Pronoun::kIt:
      return Agreement::kThirdSingular;
    default:
      return Agreement::kPlural;
  }
}

Agreement agreement_of(const NounPhrase& subject) {
  return subject.second ? Agreement::kPlural : agreement_of(subject.head);
}

}  // namespace nmt::data

#include "data/toy_grammar/german_phrase.h"

namespace nmt::data::german {
namespace {

struct PlaceUse {
  std::string_view preposition;
  Case grammatical_case;
};

PlaceUse place_use(const PlacePhrase& place) {
  using Relation = PlacePhrase::Relation;
  constexpr std::string_view kWords[] = {"in", "hinter", "vor", "neben", "in", "zu", "von"};
  constexpr std::string_view kAtWords[] = {"in", "in", "an", "auf", "an", "auf"};
  const Relation relation = place.relation;
  const bool inside = place.town || place.phrase.noun->location == Location::kInIn;
  PlaceUse use = {kWords[static_cast<int>(relation)],
                  relation == Relation::kInto ? Case::kAccusative : Case::kDative};
  if (relation == Relation::kTo && place.town) use.preposition = "nach";
  if (relation == Relation::kFrom && inside) use.preposition = "aus";
  if (relation == Relation::kAt && !place.town) {
    use.preposition = kAtWords[static_cast<int>(place.phrase.noun->location)];
  }
  return use;
}

}  // namespace

Inflection inflection_of(const Phrase& phrase, Case grammatical_case) {
  return {phrase.noun->gender, phrase.number, grammatical_case};
}

void PhraseWriter::phrase(const Phrase& phrase, Case grammatical_case) {
  if (phrase.kind == Phrase::Kind::kPronoun) {
    return text_.word(pronoun(phrase.pronoun, grammatical_case));
  }
  if (phrase.kind == Phrase::Kind::kName) {
    used_.add(Construction::kProperName);
    return text_.word(phrase.name->german);
  }
  const Inflection inflection = inflection_of(phrase, grammatical_case);
  determiner(phrase, inflection);
  after_determiner(phrase, inflection);
}

void PhraseWriter::determiner(const Phrase& phrase, Inflection inflection) {
  switch (phrase.determiner) {
    case Determiner::kDefinite:
      used_.add(Construction::kDefiniteArticle);
      break;
    case Determiner::kIndefinite:
      used_.add(Construction::kIndefiniteArticle);
      break;
    case Determiner::kDemonstrative:
      used_.add(Construction::kDemonstrative);
      break;
    case Determiner::kNumber:
      used_.add(Construction::kNumber);
      return text_.word(number_word(phrase.count));
    default:
      if (is_possessive(phrase.determiner)) used_.add(Construction::kPossessive);
  }
  const DeterminerForm form = german::determiner(phrase.determiner, inflection);
  text_.word(form.stem, form.ending);
}

void PhraseWriter::after_determiner(const Phrase& phrase, Inflection inflection) {
  const Declension declension = declension_after(phrase.determiner);
  const std::string_view ending = adjective_ending(declension, inflection);
  for (const Adjective* adjective : phrase.adjectives) {
    if (adjective == nullptr) continue;
    text_.word(adjective->stem, ending);
    used_.add(declension == Declension::kWeak    ? Construction::kWeakAdjective
              : declension == Declension::kMixed ? Construction::kMixedAdjective
                                                 : Construction::kStrongAdjective);
  }
  text_.word(phrase.noun->german[static_cast<int>(inflection.number)]
                                [static_cast<int>(inflection.grammatical_case)]);
}

void PhraseWriter::prepositional(std::string_view preposition, Case grammatical_case,
                                 const Phrase& phrase, bool contract) {
  if (contract && phrase.kind == Phrase::Kind::kNoun &&
      phrase.determiner == Determiner::kDefinite) {
    const Inflection inflection = inflection_of(phrase, grammatical_case);
    const std::string_view article = german::determiner(Determiner::kDefinite, inflection).ending;
    const std::string_view contracted = contraction(preposition, article);
    if (!contracted.empty()) {
      used_.add(Construction::kDefiniteArticle);
      text_.word(contracted);
      return after_determiner(phrase, inflection);
    }
  }
  text_.word(preposition);
  this->phrase(phrase, grammatical_case);
}

void PhraseWriter::place(const PlacePhrase& place) {
  used_.add(place.relation >= PlacePhrase::Relation::kInto ? Construction::kDirection
                                                           : Construction::kPlace);
  const PlaceUse use = place_use(place);
  if (!place.town) return prepositional(use.preposition, use.grammatical_case, place.phrase);
  used_.add(Construction::kProperName);
  text_.word(use.preposition);
  text_.word(place.town->german);
}

void PhraseWriter::circumstance(const Circumstance& circumstance) {
  constexpr std::string_view kWords[] = {"wegen", "trotz", "während"};
  used_.add(Construction::kGenitivePreposition);
  prepositional(kWords[static_cast<int>(circumstance.relation)], Case::kGenitive,
                circumstance.event);
}

}  // namespace nmt::data::german

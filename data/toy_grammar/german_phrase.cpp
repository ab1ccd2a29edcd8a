#include "data/toy_grammar/german_phrase.h"

namespace nmt::data::german {
namespace {

struct PlaceUse {
  std::string_view preposition;
  Case grammatical_case;
};

std::string_view at_word(Location location) {
  switch (location) {
    case Location::at_an:
    case Location::on_an:
      return "an";
    case Location::at_auf:
    case Location::on_auf:
      return "auf";
    default:
      return "in";
  }
}

PlaceUse place_use(const PlacePhrase& place) {
  const bool inside = place.town || place.phrase.noun->location == Location::in_in;
  switch (place.relation) {
    case PlacePhrase::Relation::at:
      return {place.town ? "in" : at_word(place.phrase.noun->location), Case::dative};
    case PlacePhrase::Relation::behind:
      return {"hinter", Case::dative};
    case PlacePhrase::Relation::in_front_of:
      return {"vor", Case::dative};
    case PlacePhrase::Relation::next_to:
      return {"neben", Case::dative};
    case PlacePhrase::Relation::into:
      return {"in", Case::accusative};
    case PlacePhrase::Relation::to:
      return {place.town ? "nach" : "zu", Case::dative};
    case PlacePhrase::Relation::from:
      return {inside ? "aus" : "von", Case::dative};
  }
  return {};
}

}  // namespace

Inflection inflection_of(const Phrase& phrase, Case grammatical_case) {
  return {phrase.noun->gender, phrase.number, grammatical_case};
}

void PhraseWriter::phrase(const Phrase& phrase, Case grammatical_case) {
  if (phrase.kind == Phrase::Kind::pronoun) {
    return text_.word(pronoun(phrase.pronoun, grammatical_case));
  }
  if (phrase.kind == Phrase::Kind::name) {
    used_.add(Construction::proper_name);
    return text_.word(phrase.name->german);
  }
  const Inflection inflection = inflection_of(phrase, grammatical_case);
  determiner(phrase, inflection);
  after_determiner(phrase, inflection);
}

void PhraseWriter::determiner(const Phrase& phrase, Inflection inflection) {
  switch (phrase.determiner) {
    case Determiner::definite:
      used_.add(Construction::definite_article);
      break;
    case Determiner::indefinite:
      used_.add(Construction::indefinite_article);
      break;
    case Determiner::demonstrative:
      used_.add(Construction::demonstrative);
      break;
    case Determiner::number:
      used_.add(Construction::number);
      return text_.word(number_word(phrase.count));
    default:
      if (is_possessive(phrase.determiner)) used_.add(Construction::possessive);
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
    used_.add(declension == Declension::weak    ? Construction::weak_adjective
              : declension == Declension::mixed ? Construction::mixed_adjective
                                                : Construction::strong_adjective);
  }
  text_.word(phrase.noun->german[static_cast<int>(inflection.number)]
                                [static_cast<int>(inflection.grammatical_case)]);
}

void PhraseWriter::prepositional(std::string_view preposition, Case grammatical_case,
                                 const Phrase& phrase, bool contract) {
  if (contract && phrase.kind == Phrase::Kind::noun && phrase.determiner == Determiner::definite) {
    const Inflection inflection = inflection_of(phrase, grammatical_case);
    const std::string_view article = german::determiner(Determiner::definite, inflection).ending;
    const std::string_view contracted = contraction(preposition, article);
    if (!contracted.empty()) {
      used_.add(Construction::definite_article);
      text_.word(contracted);
      return after_determiner(phrase, inflection);
    }
  }
  text_.word(preposition);
  this->phrase(phrase, grammatical_case);
}

void PhraseWriter::place(const PlacePhrase& place) {
  used_.add(place.relation >= PlacePhrase::Relation::into ? Construction::direction
                                                          : Construction::place);
  const PlaceUse use = place_use(place);
  if (!place.town) return prepositional(use.preposition, use.grammatical_case, place.phrase);
  used_.add(Construction::proper_name);
  text_.word(use.preposition);
  text_.word(place.town->german);
}

void PhraseWriter::circumstance(const Circumstance& circumstance) {
  constexpr std::string_view kWords[] = {"wegen", "trotz", "während"};
  used_.add(Construction::genitive_preposition);
  prepositional(kWords[static_cast<int>(circumstance.relation)], Case::genitive,
                circumstance.event);
}

}  // namespace nmt::data::german

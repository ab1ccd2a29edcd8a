#include "data/toy_grammar/phrase_derivation.h"

namespace nmt::data {
namespace {

/// Whether both pronouns may mean the same people: I and we, you and you.
bool overlap(Pronoun a, Pronoun b) {
  const auto speaker = [](Pronoun p) { return p == Pronoun::i || p == Pronoun::we; };
  return a == b || (speaker(a) && speaker(b));
}

}  // namespace

Phrase PhraseDerivation::noun(const std::vector<WordIndex>& nouns, PhraseUse use) {
  Phrase phrase;
  phrase.noun = &lexicon_.nouns[pick(nouns)];
  determine(phrase, use);
  choose_adjectives(phrase);
  return phrase;
}

void PhraseDerivation::determine(Phrase& phrase, PhraseUse use) {
  const bool mass = phrase.noun->is_mass();
  if (use == PhraseUse::unknown) {
    phrase.determiner = mass || chance(35) ? Determiner::bare : Determiner::indefinite;
    if (phrase.determiner == Determiner::bare && !mass) phrase.number = Number::plural;
    return;
  }
  if (use == PhraseUse::free && mass && chance(55)) {
    phrase.determiner = Determiner::bare;
    return;
  }
  if (use == PhraseUse::free && !mass && chance(45)) return determine_freely(phrase);
  const uint64_t draw = random_.below(100);
  if (draw < 62) {
    phrase.determiner = Determiner::definite;
  } else if (draw < 74) {
    phrase.determiner = Determiner::demonstrative;
  } else {
    const auto my = static_cast<uint32_t>(Determiner::my);
    phrase.determiner = static_cast<Determiner>(my + random_.below(6));
  }
  if (!mass && chance(28)) phrase.number = Number::plural;
}

void PhraseDerivation::determine_freely(Phrase& phrase) {
  const uint64_t draw = random_.below(100);
  if (draw < 50) {
    phrase.determiner = Determiner::indefinite;
    return;
  }
  if (draw < 57) {
    phrase.determiner = Determiner::every;
    return;
  }
  phrase.number = Number::plural;
  phrase.determiner = draw < 64   ? Determiner::many
                      : draw < 70 ? Determiner::some
                      : draw < 75 ? Determiner::all
                      : draw < 79 ? Determiner::few
                      : draw < 90 ? Determiner::number
                                  : Determiner::bare;
  if (phrase.determiner == Determiner::number) {
    phrase.count =
        static_cast<uint8_t>(chance(75) ? 2 + random_.below(11) : 13 + random_.below(87));
  }
}

void PhraseDerivation::choose_adjectives(Phrase& phrase) {
  const std::vector<WordIndex>& adjectives = phrase.noun->adjectives;
  const uint64_t draw = random_.below(100);
  if (draw < 62 || adjectives.empty()) return;
  phrase.adjectives[0] = &lexicon_.adjectives[pick(adjectives)];
  if (draw < 97) return;
  const Adjective* second = &lexicon_.adjectives[pick(adjectives)];
  if (second != phrase.adjectives[0]) phrase.adjectives[1] = second;
}

Phrase PhraseDerivation::name() {
  Phrase phrase;
  phrase.kind = Phrase::Kind::name;
  phrase.name = &pick(lexicon_.names);
  return phrase;
}

Phrase PhraseDerivation::subject_pronoun() {
  constexpr Pronoun kSubjects[] = {Pronoun::he, Pronoun::she,  Pronoun::i,
                                   Pronoun::we, Pronoun::they, Pronoun::you};
  Phrase phrase;
  phrase.kind = Phrase::Kind::pronoun;
  phrase.pronoun = kSubjects[random_.below(6)];
  return phrase;
}

Phrase PhraseDerivation::object_pronoun(Meaning meaning, const Phrase& subject) {
  Phrase phrase;
  phrase.kind = Phrase::Kind::pronoun;
  if (!(meaning & kPerson)) {
    phrase.pronoun = chance(70) ? Pronoun::it : Pronoun::they;
    return phrase;
  }
  do {
    phrase = subject_pronoun();
  } while (subject.kind == Phrase::Kind::pronoun && overlap(phrase.pronoun, subject.pronoun));
  return phrase;
}

Phrase PhraseDerivation::person(PhraseUse use, const Phrase& subject) {
  const uint64_t draw = random_.below(100);
  if (draw < 20) return object_pronoun(kPerson, subject);
  if (draw < 32) return name();
  return noun(lexicon_.persons, use);
}

Phrase PhraseDerivation::simple_noun(const std::vector<WordIndex>& nouns) {
  Phrase phrase;
  phrase.noun = &lexicon_.nouns[pick(nouns)];
  if (chance(15)) {
    phrase.determiner = Determiner::demonstrative;
  } else if (chance(15)) {
    const auto my = static_cast<uint32_t>(Determiner::my);
    phrase.determiner = static_cast<Determiner>(my + random_.below(6));
  }
  if (chance(60)) return phrase;
  choose_adjectives(phrase);
  return phrase;
}

void PhraseDerivation::add_genitive(NounPhrase& phrase) {
  phrase.genitive = simple_noun(lexicon_.persons);
  if (!phrase.genitive->noun->is_mass() && chance(20)) {
    phrase.genitive->number = Number::plural;
  }
}

void PhraseDerivation::add_second(NounPhrase& phrase, const std::vector<WordIndex>& nouns) {
  phrase.second = phrase.head.kind == Phrase::Kind::name ? name() : simple_noun(nouns);
}

PlacePhrase PhraseDerivation::place() {
  PlacePhrase place;
  const uint64_t draw = random_.below(100);
  if (draw < 14) {
    place.town = &pick(lexicon_.towns);
    return place;
  }
  if (draw < 75) {
    place.phrase = simple_noun(lexicon_.places);
    return place;
  }
  place.relation = draw < 83   ? PlacePhrase::Relation::behind
                   : draw < 92 ? PlacePhrase::Relation::in_front_of
                               : PlacePhrase::Relation::next_to;
  place.phrase = simple_noun(lexicon_.goals);
  return place;
}

PlacePhrase PhraseDerivation::direction() {
  PlacePhrase place;
  place.relation = chance(25) ? PlacePhrase::Relation::from : PlacePhrase::Relation::to;
  if (chance(25)) {
    place.town = &pick(lexicon_.towns);
    return place;
  }
  place.phrase = simple_noun(lexicon_.goals);
  const bool enterable = place.phrase.noun->location == Location::in_in;
  if (enterable && place.relation == PlacePhrase::Relation::to && chance(65)) {
    place.relation = PlacePhrase::Relation::into;
  }
  return place;
}

Circumstance PhraseDerivation::circumstance() {
  Circumstance circumstance;
  circumstance.relation = static_cast<Circumstance::Relation>(random_.below(3));
  circumstance.event.noun = &lexicon_.nouns[pick(lexicon_.events)];
  if (chance(20)) circumstance.event.determiner = Determiner::demonstrative;
  choose_adjectives(circumstance.event);
  return circumstance;
}

const TimeRow* PhraseDerivation::time(Tense tense) {
  const auto fits = [tense](TimeRange range) {
    switch (tense) {
      case Tense::past:
      case Tense::modal_past:
        return range == TimeRange::past || range == TimeRange::any;
      case Tense::future:
        return range == TimeRange::future || range == TimeRange::any;
      case Tense::present:
        return range == TimeRange::present || range == TimeRange::any;
      case Tense::modal_present:
        return range != TimeRange::past;
    }
    return false;
  };
  while (true) {
    const TimeRow& row = pick(lexicon_.times);
    if (fits(row.range)) return &row;
  }
}

}  // namespace nmt::data

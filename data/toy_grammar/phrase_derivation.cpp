#include "data/toy_grammar/phrase_derivation.h"

namespace nmt::data {
namespace {

/// Whether both pronouns may mean the same people: I and we, you and you.
bool overlap(Pronoun a, Pronoun b) {
  const auto speaker = [](Pronoun p) { return p == Pronoun::kI || p == Pronoun::kWe; };
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
  if (use == PhraseUse::kUnknown) {
    phrase.determiner = mass || chance(35) ? Determiner::kBare : Determiner::kIndefinite;
    if (phrase.determiner == Determiner::kBare && !mass) phrase.number = Number::kPlural;
    return;
  }
  if (use == PhraseUse::kFree && mass && chance(55)) {
    phrase.determiner = Determiner::kBare;
    return;
  }
  if (use == PhraseUse::kFree && !mass && chance(45)) return determine_freely(phrase);
  const uint64_t draw = random_.below(100);
  if (draw < 62) {
    phrase.determiner = Determiner::kDefinite;
  } else if (draw < 74) {
    phrase.determiner = Determiner::kDemonstrative;
  } else {
    const auto my = static_cast<uint32_t>(Determiner::kMy);
    phrase.determiner = static_cast<Determiner>(my + random_.below(6));
  }
  if (!mass && chance(28)) phrase.number = Number::kPlural;
}

void PhraseDerivation::determine_freely(Phrase& phrase) {
  const uint64_t draw = random_.below(100);
  if (draw < 50) {
    phrase.determiner = Determiner::kIndefinite;
    return;
  }
  if (draw < 57) {
    phrase.determiner = Determiner::kEvery;
    return;
  }
  phrase.number = Number::kPlural;
  phrase.determiner = draw < 64   ? Determiner::kMany
                      : draw < 70 ? Determiner::kSome
                      : draw < 75 ? Determiner::kAll
                      : draw < 79 ? Determiner::kFew
                      : draw < 90 ? Determiner::kNumber
                                  : Determiner::kBare;
  if (phrase.determiner == Determiner::kNumber) {
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
  phrase.kind = Phrase::Kind::kName;
  phrase.name = &pick(lexicon_.names);
  return phrase;
}

Phrase PhraseDerivation::subject_pronoun() {
  constexpr Pronoun kSubjects[] = {Pronoun::kHe, Pronoun::kShe,  Pronoun::kI,
                                   Pronoun::kWe, Pronoun::kThey, Pronoun::kYou};
  Phrase phrase;
  phrase.kind = Phrase::Kind::kPronoun;
  phrase.pronoun = kSubjects[random_.below(6)];
  return phrase;
}

Phrase PhraseDerivation::object_pronoun(Meaning meaning, const Phrase& subject) {
  Phrase phrase;
  phrase.kind = Phrase::Kind::kPronoun;
  if (!(meaning & kPerson)) {
    phrase.pronoun = chance(70) ? Pronoun::kIt : Pronoun::kThey;
    return phrase;
  }
  do {
    phrase = subject_pronoun();
  } while (subject.kind == Phrase::Kind::kPronoun && overlap(phrase.pronoun, subject.pronoun));
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
    phrase.determiner = Determiner::kDemonstrative;
  } else if (chance(15)) {
    const auto my = static_cast<uint32_t>(Determiner::kMy);
    phrase.determiner = static_cast<Determiner>(my + random_.below(6));
  }
  if (chance(60)) return phrase;
  choose_adjectives(phrase);
  return phrase;
}

void PhraseDerivation::add_genitive(NounPhrase& phrase) {
  phrase.genitive = simple_noun(lexicon_.persons);
  if (!phrase.genitive->noun->is_mass() && chance(20)) {
    phrase.genitive->number = Number::kPlural;
  }
}

void PhraseDerivation::add_second(NounPhrase& phrase, const std::vector<WordIndex>& nouns) {
  phrase.second = phrase.head.kind == Phrase::Kind::kName ? name() : simple_noun(nouns);
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
  place.relation = draw < 83   ? PlacePhrase::Relation::kBehind
                   : draw < 92 ? PlacePhrase::Relation::kInFrontOf
                               : PlacePhrase::Relation::kNextTo;
  place.phrase = simple_noun(lexicon_.goals);
  return place;
}

PlacePhrase PhraseDerivation::direction() {
  PlacePhrase place;
  place.relation = chance(25) ? PlacePhrase::Relation::kFrom : PlacePhrase::Relation::kTo;
  if (chance(25)) {
    place.town = &pick(lexicon_.towns);
    return place;
  }
  place.phrase = simple_noun(lexicon_.goals);
  const bool enterable = place.phrase.noun->location == Location::kInIn;
  if (enterable && place.relation == PlacePhrase::Relation::kTo && chance(65)) {
    place.relation = PlacePhrase::Relation::kInto;
  }
  return place;
}

Circumstance PhraseDerivation::circumstance() {
  Circumstance circumstance;
  circumstance.relation = static_cast<Circumstance::Relation>(random_.below(3));
  circumstance.event.noun = &lexicon_.nouns[pick(lexicon_.events)];
  if (chance(20)) circumstance.event.determiner = Determiner::kDemonstrative;
  choose_adjectives(circumstance.event);
  return circumstance;
}

const TimeRow* PhraseDerivation::time(Tense tense) {
  const auto fits = [tense](TimeRange range) {
    switch (tense) {
      case Tense::kPast:
      case Tense::kModalPast:
        return range == TimeRange::kPast || range == TimeRange::kAny;
      case Tense::kFuture:
        return range == TimeRange::kFuture || range == TimeRange::kAny;
      case Tense::kPresent:
        return range == TimeRange::kPresent || range == TimeRange::kAny;
      case Tense::kModalPresent:
        return range != TimeRange::kPast;
    }
    return false;
  };
  while (true) {
    const TimeRow& row = pick(lexicon_.times);
    if (fits(row.range)) return &row;
  }
}

}  // namespace nmt::data

#include "data/toy_grammar/derivation.h"

namespace nmt::data {
namespace {

constexpr PhraseUse use_in(bool negated) {
  return negated ? PhraseUse::kKnown : PhraseUse::kFree;
}

/// Verbs such as "lie", which say little without a place.
bool needs_place(const Verb& verb) {
  return verb.frame == Frame::kIntransitive && verb.object_meaning == kPlace;
}

bool is_noun(const Phrase& phrase) {
  return phrase.kind == Phrase::Kind::kNoun;
}

}  // namespace

Sentence Derivation::sentence() {
  constexpr struct {
    Link link;
    uint32_t below;
  } kLinks[] = {{Link::kNone, 38},    {Link::kAnd, 46},      {Link::kBut, 50}, {Link::kThat, 62},
                {Link::kBecause, 73}, {Link::kAlthough, 80}, {Link::kIf, 87},  {Link::kWhen, 93},
                {Link::kBefore, 97},  {Link::kWhile, 100}};
  Sentence sentence;
  const uint64_t draw = random_.below(100);
  for (const auto& row : kLinks) {
    sentence.link = row.link;
    if (draw < row.below) break;
  }
  const Link link = sentence.link;
  const bool subordinate = is_subordinating(link);
  sentence.second_first = subordinate && link != Link::kThat && phrases_.chance(40);

  Setting main, second;
  main.alone = link == Link::kNone;
  main.may_front = !sentence.second_first;
  main.before_clause = link == Link::kThat;
  second.may_front = !subordinate;
  second.may_negate = link != Link::kBefore;
  const bool past = link == Link::kWhen || phrases_.chance(45);
  if (subordinate) main.times = past ? Times::kPast : Times::kNotPast;
  if (subordinate) second.times = main.times;
  if (link == Link::kIf) {
    main.times = Times::kNotPast;
    second.times = Times::kPresent;
  } else if (link == Link::kBefore || link == Link::kWhile) {
    second.times = past ? Times::kPast : Times::kPresent;
  }
  sentence.main = clause(main);
  if (link != Link::kNone) sentence.second = clause(second);
  return sentence;
}

Clause Derivation::clause(const Setting& setting) {
  Clause clause;
  choose_tense(clause, setting.times);
  clause.negated = setting.may_negate && phrases_.chance(13);
  choose_verb(clause, setting);
  if (clause.verb == nullptr) {
    choose_predicate(clause);
  } else {
    choose_subject(clause, clause.verb->subjects, clause.verb->subject_meaning);
    choose_objects(clause);
  }
  if (is_noun(clause.subject.head) && clause.verb) {
    elaborate(clause.subject, clause.verb->subjects, setting.relative_inside, clause.negated);
  }
  if (clause.object && is_noun(clause.object->head)) {
    elaborate(*clause.object, clause.verb->objects,
              setting.relative_inside && !clause.recipient && !clause.subject.relative,
              clause.negated);
  }
  choose_adverbials(clause, setting);
  if (setting.may_front) choose_front(clause);
  return clause;
}

void Derivation::choose_tense(Clause& clause, Times times) {
  if (times == Times::kAny) times = phrases_.chance(45) ? Times::kPast : Times::kNotPast;
  const uint64_t draw = random_.below(100);
  if (times == Times::kPast) {
    clause.tense = draw < 78 ? Tense::kPast : Tense::kModalPast;
  } else if (times == Times::kPresent) {
    clause.tense = draw < 75 ? Tense::kPresent : Tense::kModalPresent;
  } else {
    clause.tense = draw < 55 ? Tense::kPresent : draw < 74 ? Tense::kFuture : Tense::kModalPresent;
  }
  const bool past = clause.tense == Tense::kModalPast;
  clause.modal =
      static_cast<Modal>(random_.below(past ? kModals - 1 : kModals));  // no past of should
}

void Derivation::choose_verb(Clause& clause, const Setting& setting) {
  if (setting.before_clause) {
    clause.verb = &phrases_.pick(lexicon_.verbs[static_cast<int>(Frame::kClause)]);
    return;
  }
  const uint64_t draw = random_.below(100);
  if (draw < 10) return;
  const Frame frame = draw < 25   ? Frame::kIntransitive
                      : draw < 60 ? Frame::kAccusative
                      : draw < 70 ? Frame::kDative
                      : draw < 81 ? Frame::kTwoObjects
                      : draw < 90 ? Frame::kPreposition
                                  : Frame::kMotion;
  clause.verb = &phrases_.pick(lexicon_.verbs[static_cast<int>(frame)]);
}

void Derivation::choose_subject(Clause& clause, const std::vector<WordIndex>& nouns,
                                Meaning meaning) {
  const uint64_t draw = random_.below(100);
  if ((meaning & kPerson) && draw < 24) {
    clause.subject.head = phrases_.subject_pronoun();
  } else if ((meaning & kPerson) && draw < 33) {
    clause.subject.head = phrases_.name();
  } else {
    clause.subject.head = phrases_.noun(nouns, use_in(clause.negated));
  }
}

void Derivation::choose_predicate(Clause& clause) {
  if (clause.tense == Tense::kModalPresent) clause.tense = Tense::kPresent;
  if (clause.tense == Tense::kModalPast) clause.tense = Tense::kPast;
  const std::vector<WordIndex>& group = phrases_.chance(60) ? lexicon_.persons : lexicon_.places;
  choose_subject(clause, group, lexicon_.nouns[group[0]].meaning);
  const Noun& described = is_noun(clause.subject.head) ? *clause.subject.head.noun
                                                       : lexicon_.nouns[lexicon_.persons[0]];
  clause.predicate = &lexicon_.adjectives[phrases_.pick(described.adjectives)];
  if (is_noun(clause.subject.head)) clause.subject.head.adjectives = {};
}

void Derivation::choose_objects(Clause& clause) {
  const Verb& verb = *clause.verb;
  if (verb.frame == Frame::kIntransitive || verb.frame == Frame::kMotion ||
      verb.frame == Frame::kClause) {
    return;
  }
  clause.object.emplace();
  const bool person_only = verb.frame == Frame::kPreposition;  // "waits for it" is "wartet darauf"
  const bool may_be_pronoun = !person_only || (verb.object_meaning & kPerson);
  if (may_be_pronoun && phrases_.chance(16)) {
    clause.object->head = phrases_.object_pronoun(verb.object_meaning, clause.subject.head);
  } else {
    const bool takes_kein = verb.frame == Frame::kAccusative || verb.frame == Frame::kTwoObjects;
    const PhraseUse use = !clause.negated                     ? PhraseUse::kFree
                          : takes_kein && phrases_.chance(50) ? PhraseUse::kUnknown
                                                              : PhraseUse::kKnown;
    clause.object->head = phrases_.noun(verb.objects, use);
  }
  if (verb.frame != Frame::kTwoObjects) return;
  clause.recipient.emplace();
  clause.recipient->head = phrases_.person(use_in(clause.negated), clause.subject.head);
}

void Derivation::elaborate(NounPhrase& phrase, const std::vector<WordIndex>& nouns,
                           bool relative_inside, bool negated) {
  const uint64_t draw = random_.below(100);
  const bool definite = phrase.head.determiner == Determiner::kDefinite;
  if (draw < 13 && definite) {
    phrases_.add_genitive(phrase);
  } else if (draw < 16 && !negated) {
    phrases_.add_second(phrase, nouns);
  } else if (draw >= 91 && relative_inside && phrase.head.determiner != Determiner::kBare) {
    add_relative(phrase);
  }
}

const Verb* Derivation::verb_for(Frame frame, Meaning meaning, bool as_subject) {
  for (int attempt = 0; attempt < 8; ++attempt) {
    const Verb& verb = phrases_.pick(lexicon_.verbs[static_cast<int>(frame)]);
    if ((as_subject ? verb.subject_meaning : verb.object_meaning) & meaning) return &verb;
  }
  return nullptr;
}

void Derivation::add_relative(NounPhrase& phrase) {
  auto relative = std::make_unique<Relative>();
  if (fill_relative(*relative, *phrase.head.noun)) phrase.relative = std::move(relative);
}

bool Derivation::fill_relative(Relative& relative, const Noun& head) {
  Clause& clause = relative.clause;
  choose_tense(clause, phrases_.chance(50) ? Times::kPast : Times::kPresent);
  const uint64_t draw = random_.below(100);
  relative.role = draw < 50   ? RelativeRole::kSubject
                  : draw < 74 ? RelativeRole::kAccusative
                  : draw < 87 ? RelativeRole::kDative
                              : RelativeRole::kPreposition;
  if (relative.role == RelativeRole::kSubject) {
    constexpr Frame kFrameOf[] = {Frame::kAccusative, Frame::kAccusative, Frame::kIntransitive,
                                  Frame::kDative, Frame::kMotion};
    clause.verb = verb_for(kFrameOf[random_.below(5)], head.meaning, /*as_subject=*/true);
    if (clause.verb == nullptr) return false;
    clause.subject.head.noun = &head;
    choose_objects(clause);
    if (clause.verb->frame == Frame::kMotion) {
      clause.place = phrases_.direction();
    } else if (needs_place(*clause.verb) || phrases_.chance(15)) {
      clause.place = phrases_.place();
    }
    return true;
  }
  constexpr Frame kFrameOf[] = {Frame::kAccusative, Frame::kDative, Frame::kPreposition};
  clause.verb = verb_for(kFrameOf[static_cast<int>(relative.role) - 1], head.meaning, false);
  if (clause.verb == nullptr) return false;
  choose_subject(clause, clause.verb->subjects, clause.verb->subject_meaning);
  return true;
}

void Derivation::choose_adverbials(Clause& clause, const Setting& setting) {
  const bool ends_in_relative = clause.object && clause.object->relative;
  if (clause.verb == nullptr) {
    if (phrases_.chance(15) && !clause.negated) {
      clause.frequency = &phrases_.pick(lexicon_.frequencies);
    }
    return;
  }
  choose_places(clause, setting);
  if (phrases_.chance(setting.alone ? 50 : 18)) {
    if (!ends_in_relative || setting.may_front) clause.time = phrases_.time(clause.tense);
  } else if (phrases_.chance(setting.alone ? 22 : 7) && !ends_in_relative) {
    clause.circumstance = phrases_.circumstance();
  } else if (!clause.negated && clause.tense != Tense::kModalPast && phrases_.chance(16)) {
    clause.frequency = &phrases_.pick(lexicon_.frequencies);
  }
  if (setting.may_front && !clause.time && !clause.circumstance && phrases_.chance(14)) {
    clause.comment = &phrases_.pick(lexicon_.comments);
  }
}

void Derivation::choose_places(Clause& clause, const Setting& setting) {
  const Verb* verb = clause.verb;
  if (setting.before_clause || (clause.object && clause.object->relative)) return;
  if (verb->frame == Frame::kMotion) clause.place = phrases_.direction();
  if (needs_place(*verb)) clause.place = phrases_.place();
  if (clause.negated) return;
  const bool has_partner = verb->frame != Frame::kPreposition && !verb->preposition.german.empty();
  if (has_partner && phrases_.chance(30)) {
    clause.partner = phrases_.person(PhraseUse::kKnown, clause.subject.head);
  }
  const bool acts = verb->frame == Frame::kAccusative || verb->frame == Frame::kMotion;
  if (acts && (verb->subject_meaning & kPerson) && phrases_.chance(12)) {
    clause.manner = &phrases_.pick(lexicon_.manners);
  }
  if (!clause.place && phrases_.chance(setting.alone ? 45 : 12)) clause.place = phrases_.place();
}

void Derivation::choose_front(Clause& clause) {
  const bool must_front = clause.object && clause.object->relative;
  if (clause.comment) {
    clause.front = Front::kComment;
  } else if (clause.time && (must_front || phrases_.chance(45))) {
    clause.front = Front::kTime;
  } else if (clause.circumstance && phrases_.chance(60)) {
    clause.front = Front::kCircumstance;
  } else if (clause.place && clause.place->relation < PlacePhrase::Relation::kInto &&
             phrases_.chance(25)) {
    clause.front = Front::kPlace;
  }
}

}  // namespace nmt::data

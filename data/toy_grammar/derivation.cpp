#include "data/toy_grammar/derivation.h"

namespace nmt::data {
namespace {

constexpr PhraseUse use_in(bool negated) {
  return negated ? PhraseUse::known : PhraseUse::free;
}

/// Verbs such as "lie", which say little without a place.
bool needs_place(const Verb& verb) {
  return verb.frame == Frame::intransitive && verb.object_meaning == kPlace;
}

bool is_noun(const Phrase& phrase) {
  return phrase.kind == Phrase::Kind::noun;
}

}  // namespace

Sentence Derivation::sentence() {
  constexpr struct {
    Link link;
    uint32_t below;
  } kLinks[] = {{Link::none, 38},    {Link::and_, 46},     {Link::but, 50}, {Link::that, 62},
                {Link::because, 73}, {Link::although, 80}, {Link::if_, 87}, {Link::when, 93},
                {Link::before, 97},  {Link::while_, 100}};
  Sentence sentence;
  const uint64_t draw = random_.below(100);
  for (const auto& row : kLinks) {
    sentence.link = row.link;
    if (draw < row.below) break;
  }
  const Link link = sentence.link;
  const bool subordinate = is_subordinating(link);
  sentence.second_first = subordinate && link != Link::that && phrases_.chance(40);

  Setting main, second;
  main.alone = link == Link::none;
  main.may_front = !sentence.second_first;
  main.before_clause = link == Link::that;
  second.may_front = !subordinate;
  second.may_negate = link != Link::before;
  const bool past = link == Link::when || phrases_.chance(45);
  if (subordinate) main.times = past ? Times::past : Times::not_past;
  if (subordinate) second.times = main.times;
  if (link == Link::if_) {
    main.times = Times::not_past;
    second.times = Times::present;
  } else if (link == Link::before || link == Link::while_) {
    second.times = past ? Times::past : Times::present;
  }
  sentence.main = clause(main);
  if (link != Link::none) sentence.second = clause(second);
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
  if (times == Times::any) times = phrases_.chance(45) ? Times::past : Times::not_past;
  const uint64_t draw = random_.below(100);
  if (times == Times::past) {
    clause.tense = draw < 78 ? Tense::past : Tense::modal_past;
  } else if (times == Times::present) {
    clause.tense = draw < 75 ? Tense::present : Tense::modal_present;
  } else {
    clause.tense = draw < 55 ? Tense::present : draw < 74 ? Tense::future : Tense::modal_present;
  }
  const bool past = clause.tense == Tense::modal_past;
  clause.modal =
      static_cast<Modal>(random_.below(past ? kModals - 1 : kModals));  // no past of should
}

void Derivation::choose_verb(Clause& clause, const Setting& setting) {
  if (setting.before_clause) {
    clause.verb = &phrases_.pick(lexicon_.verbs[static_cast<int>(Frame::clause)]);
    return;
  }
  const uint64_t draw = random_.below(100);
  if (draw < 10) return;
  const Frame frame = draw < 25   ? Frame::intransitive
                      : draw < 60 ? Frame::accusative
                      : draw < 70 ? Frame::dative
                      : draw < 81 ? Frame::two_objects
                      : draw < 90 ? Frame::preposition
                                  : Frame::motion;
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
  if (clause.tense == Tense::modal_present) clause.tense = Tense::present;
  if (clause.tense == Tense::modal_past) clause.tense = Tense::past;
  const std::vector<WordIndex>& group = phrases_.chance(60) ? lexicon_.persons : lexicon_.places;
  choose_subject(clause, group, lexicon_.nouns[group[0]].meaning);
  const Noun& described = is_noun(clause.subject.head) ? *clause.subject.head.noun
                                                       : lexicon_.nouns[lexicon_.persons[0]];
  clause.predicate = &lexicon_.adjectives[phrases_.pick(described.adjectives)];
  if (is_noun(clause.subject.head)) clause.subject.head.adjectives = {};
}

void Derivation::choose_objects(Clause& clause) {
  const Verb& verb = *clause.verb;
  if (verb.frame == Frame::intransitive || verb.frame == Frame::motion ||
      verb.frame == Frame::clause) {
    return;
  }
  clause.object.emplace();
  const bool person_only = verb.frame == Frame::preposition;  // "waits for it" is "wartet darauf"
  const bool may_be_pronoun = !person_only || (verb.object_meaning & kPerson);
  if (may_be_pronoun && phrases_.chance(16)) {
    clause.object->head = phrases_.object_pronoun(verb.object_meaning, clause.subject.head);
  } else {
    const bool takes_kein = verb.frame == Frame::accusative || verb.frame == Frame::two_objects;
    const PhraseUse use = !clause.negated                     ? PhraseUse::free
                          : takes_kein && phrases_.chance(50) ? PhraseUse::unknown
                                                              : PhraseUse::known;
    clause.object->head = phrases_.noun(verb.objects, use);
  }
  if (verb.frame != Frame::two_objects) return;
  clause.recipient.emplace();
  clause.recipient->head = phrases_.person(use_in(clause.negated), clause.subject.head);
}

void Derivation::elaborate(NounPhrase& phrase, const std::vector<WordIndex>& nouns,
                           bool relative_inside, bool negated) {
  const uint64_t draw = random_.below(100);
  const bool definite = phrase.head.determiner == Determiner::definite;
  if (draw < 13 && definite) {
    phrases_.add_genitive(phrase);
  } else if (draw < 16 && !negated) {
    phrases_.add_second(phrase, nouns);
  } else if (draw >= 91 && relative_inside && phrase.head.determiner != Determiner::bare) {
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
  choose_tense(clause, phrases_.chance(50) ? Times::past : Times::present);
  const uint64_t draw = random_.below(100);
  relative.role = draw < 50   ? RelativeRole::subject
                  : draw < 74 ? RelativeRole::accusative
                  : draw < 87 ? RelativeRole::dative
                              : RelativeRole::preposition;
  if (relative.role == RelativeRole::subject) {
    constexpr Frame kFrameOf[] = {Frame::accusative, Frame::accusative, Frame::intransitive,
                                  Frame::dative, Frame::motion};
    clause.verb = verb_for(kFrameOf[random_.below(5)], head.meaning, /*as_subject=*/true);
    if (clause.verb == nullptr) return false;
    clause.subject.head.noun = &head;
    choose_objects(clause);
    if (clause.verb->frame == Frame::motion) {
      clause.place = phrases_.direction();
    } else if (needs_place(*clause.verb) || phrases_.chance(15)) {
      clause.place = phrases_.place();
    }
    return true;
  }
  constexpr Frame kFrameOf[] = {Frame::accusative, Frame::dative, Frame::preposition};
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
  } else if (!clause.negated && clause.tense != Tense::modal_past && phrases_.chance(16)) {
    clause.frequency = &phrases_.pick(lexicon_.frequencies);
  }
  if (setting.may_front && !clause.time && !clause.circumstance && phrases_.chance(14)) {
    clause.comment = &phrases_.pick(lexicon_.comments);
  }
}

void Derivation::choose_places(Clause& clause, const Setting& setting) {
  const Verb* verb = clause.verb;
  if (setting.before_clause || (clause.object && clause.object->relative)) return;
  if (verb->frame == Frame::motion) clause.place = phrases_.direction();
  if (needs_place(*verb)) clause.place = phrases_.place();
  if (clause.negated) return;
  const bool has_partner = verb->frame != Frame::preposition && !verb->preposition.german.empty();
  if (has_partner && phrases_.chance(30)) {
    clause.partner = phrases_.person(PhraseUse::known, clause.subject.head);
  }
  const bool acts = verb->frame == Frame::accusative || verb->frame == Frame::motion;
  if (acts && (verb->subject_meaning & kPerson) && phrases_.chance(12)) {
    clause.manner = &phrases_.pick(lexicon_.manners);
  }
  if (!clause.place && phrases_.chance(setting.alone ? 45 : 12)) clause.place = phrases_.place();
}

void Derivation::choose_front(Clause& clause) {
  const bool must_front = clause.object && clause.object->relative;
  if (clause.comment) {
    clause.front = Front::comment;
  } else if (clause.time && (must_front || phrases_.chance(45))) {
    clause.front = Front::time;
  } else if (clause.circumstance && phrases_.chance(60)) {
    clause.front = Front::circumstance;
  } else if (clause.place && clause.place->relation < PlacePhrase::Relation::into &&
             phrases_.chance(25)) {
    clause.front = Front::place;
  }
}

}  // namespace nmt::data

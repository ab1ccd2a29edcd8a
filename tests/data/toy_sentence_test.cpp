// Abstract sentences built by hand, and what a speaker of each language says for them.

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "data/toy_grammar/english.h"
#include "data/toy_grammar/german.h"
#include "data/toy_grammar/lexicon.h"
#include "data/toy_grammar/syntax.h"

namespace nmt::data {
namespace {

const Verb& verb(Frame frame, const std::string& base, const std::string& tail = "") {
  for (const Verb& verb : full_lexicon().verbs[static_cast<int>(frame)]) {
    if (verb.base == base && verb.tail == tail) return verb;
  }
  throw std::runtime_error("no verb " + base);
}

Phrase noun(const std::string& english, Determiner determiner = Determiner::definite,
            Number number = Number::singular) {
  Phrase phrase;
  for (const Noun& noun : full_lexicon().nouns) {
    if (noun.english[0] == english) phrase.noun = &noun;
  }
  if (phrase.noun == nullptr) throw std::runtime_error("no noun " + english);
  phrase.determiner = determiner;
  phrase.number = number;
  return phrase;
}

Phrase described(const std::string& adjective, Phrase phrase) {
  for (const Adjective& word : full_lexicon().adjectives) {
    if (word.english == adjective) phrase.adjectives[0] = &word;
  }
  return phrase;
}

Phrase pronoun(Pronoun which) {
  Phrase phrase;
  phrase.kind = Phrase::Kind::pronoun;
  phrase.pronoun = which;
  return phrase;
}

NounPhrase alone(const Phrase& head) {
  NounPhrase phrase;
  phrase.head = head;
  return phrase;
}

const TimeRow* time(const std::string& english) {
  for (const TimeRow& row : full_lexicon().times) {
    if (row.english == english) return &row;
  }
  throw std::runtime_error("no time " + english);
}

Clause clause(const Phrase& subject, const Verb& verb, Tense tense) {
  Clause clause;
  clause.subject.head = subject;
  clause.verb = &verb;
  clause.tense = tense;
  return clause;
}

Clause clause(const Phrase& subject, const Verb& verb, Tense tense, const Phrase& object) {
  Clause result = clause(subject, verb, tense);
  result.object = alone(object);
  return result;
}

Sentence joined(Clause main, Link link, Clause second, bool second_first = false) {
  Sentence sentence;
  sentence.main = std::move(main);
  sentence.link = link;
  sentence.second = std::move(second);
  sentence.second_first = second_first;
  return sentence;
}

void expect(const Sentence& sentence, const std::string& english, const std::string& german) {
  ConstructionSet used;
  EXPECT_EQ(to_english(sentence), english);
  EXPECT_EQ(to_german(sentence, used), german);
}

void expect(Clause main, const std::string& english, const std::string& german) {
  Sentence sentence;
  sentence.main = std::move(main);
  expect(sentence, english, german);
}

TEST(ToySentenceTest, PerfectTenseAndInversion) {
  Clause main = clause(noun("woman"), verb(Frame::accusative, "buy"), Tense::past,
                       described("red", noun("coat", Determiner::indefinite)));
  main.time = time("yesterday");
  main.front = Front::time;
  expect(std::move(main), "Yesterday the woman bought a red coat.",
         "Gestern hat die Frau einen roten Mantel gekauft.");
}

TEST(ToySentenceTest, SeparableVerbSplitsInMainAndJoinsInSubordinateClause) {
  const Verb& open = verb(Frame::accusative, "open");
  expect(joined(clause(pronoun(Pronoun::i), open, Tense::present, noun("window")), Link::because,
                clause(noun("child"), open, Tense::present, noun("door"))),
         "I open the window because the child opens the door.",
         "Ich mache das Fenster auf, weil das Kind die Tür aufmacht.");
}

TEST(ToySentenceTest, FrontedClauseInvertsTheMainClause) {
  expect(joined(clause(pronoun(Pronoun::he), verb(Frame::dative, "help"), Tense::future,
                       noun("neighbor")),
                Link::if_,
                clause(pronoun(Pronoun::you), verb(Frame::intransitive, "sleep"), Tense::present),
                /*second_first=*/true),
         "If you sleep, he will help the neighbor.",
         "Wenn Sie schlafen, wird er dem Nachbarn helfen.");
}

TEST(ToySentenceTest, ModalStandsLastInSubordinateClause) {
  Clause second = clause(pronoun(Pronoun::they), verb(Frame::motion, "go"), Tense::modal_past);
  second.modal = Modal::must;
  second.place.emplace();
  second.place->relation = PlacePhrase::Relation::into;
  second.place->phrase = noun("garden");
  expect(joined(clause(noun("judge"), verb(Frame::clause, "say"), Tense::past), Link::that,
                std::move(second)),
         "The judge said that they had to go into the garden.",
         "Der Richter hat gesagt, dass sie in den Garten gehen mussten.");
}

TEST(ToySentenceTest, TwoObjectsAndPronouns) {
  const Verb& give = verb(Frame::two_objects, "give");
  Clause nouns = clause(noun("father"), give, Tense::present, noun("ball"));
  nouns.recipient = alone(noun("child", Determiner::his));
  expect(std::move(nouns), "The father gives the ball to his child.",
         "Der Vater gibt seinem Kind den Ball.");
  Clause pronouns = clause(noun("father"), give, Tense::present, pronoun(Pronoun::it));
  pronouns.recipient = alone(pronoun(Pronoun::she));
  expect(std::move(pronouns), "The father gives it to her.", "Der Vater gibt es ihr.");
}

TEST(ToySentenceTest, ParticleFollowsPronounObject) {
  const Verb& turn_on = verb(Frame::accusative, "turn", "on");
  expect(clause(pronoun(Pronoun::she), turn_on, Tense::past, pronoun(Pronoun::it)),
         "She turned it on.", "Sie hat es eingeschaltet.");
  expect(clause(pronoun(Pronoun::she), turn_on, Tense::past, noun("radio")),
         "She turned on the radio.", "Sie hat das Radio eingeschaltet.");
}

TEST(ToySentenceTest, NichtAgainstKein) {
  const Verb& see = verb(Frame::accusative, "see");
  Clause definite = clause(noun("man"), see, Tense::present, noun("dog"));
  definite.negated = true;
  expect(std::move(definite), "The man does not see the dog.", "Der Mann sieht den Hund nicht.");
  Clause indefinite = clause(noun("man"), see, Tense::past, noun("dog", Determiner::indefinite));
  indefinite.negated = true;
  expect(std::move(indefinite), "The man did not see a dog.", "Der Mann hat keinen Hund gesehen.");
  Clause waiting =
      clause(noun("man"), verb(Frame::preposition, "wait", "for"), Tense::present, noun("bus"));
  waiting.negated = true;
  expect(std::move(waiting), "The man does not wait for the bus.",
         "Der Mann wartet nicht auf den Bus.");
}

TEST(ToySentenceTest, RelativeClauses) {
  Clause main = clause(noun("man"), verb(Frame::intransitive, "laugh"), Tense::present);
  main.subject.relative = std::make_unique<Relative>();
  main.subject.relative->role = RelativeRole::preposition;
  main.subject.relative->clause =
      clause(noun("girl"), verb(Frame::preposition, "wait", "for"), Tense::present);
  expect(std::move(main), "The man whom the girl waits for laughs.",
         "Der Mann, auf den das Mädchen wartet, lacht.");

  Clause object = clause(pronoun(Pronoun::we), verb(Frame::accusative, "call"), Tense::past,
                         noun("friend", Determiner::definite, Number::plural));
  object.object->relative = std::make_unique<Relative>();
  object.object->relative->role = RelativeRole::dative;
  object.object->relative->clause =
      clause(noun("teacher"), verb(Frame::dative, "thank"), Tense::past);
  expect(std::move(object), "We called the friends whom the teacher thanked.",
         "Wir haben die Freunde angerufen, denen der Lehrer gedankt hat.");
}

TEST(ToySentenceTest, GenitiveAndCoordination) {
  Clause main = clause(noun("car"), verb(Frame::intransitive, "arrive"), Tense::past);
  main.subject.genitive = described("old", noun("student"));
  main.circumstance.emplace();
  main.circumstance->relation = Circumstance::Relation::despite;
  main.circumstance->event = noun("rain");
  expect(std::move(main), "The car of the old student arrived despite the rain.",
         "Das Auto des alten Studenten ist trotz des Regens angekommen.");

  Clause both = clause(noun("dog"), verb(Frame::intransitive, "sleep"), Tense::present);
  both.subject.second = noun("cat");
  expect(std::move(both), "The dog and the cat sleep.", "Der Hund und die Katze schlafen.");
}

TEST(ToySentenceTest, NumbersPlacesAndCapitalUmlaut) {
  Phrase dogs = noun("dog", Determiner::number, Number::plural);
  dogs.count = 21;
  Clause main = clause(dogs, verb(Frame::intransitive, "play"), Tense::present);
  main.place.emplace();
  main.place->phrase = noun("garden");
  main.time = time("the day after tomorrow");
  main.front = Front::time;
  main.tense = Tense::future;
  expect(std::move(main), "The day after tomorrow twenty-one dogs will play in the garden.",
         "Übermorgen werden einundzwanzig Hunde im Garten spielen.");
}

TEST(ToySentenceTest, PredicateAdjectiveHasNoEnding) {
  Clause main;
  main.subject.head = noun("house", Determiner::my, Number::plural);
  for (const Adjective& adjective : full_lexicon().adjectives) {
    if (adjective.english == "dark") main.predicate = &adjective;
  }
  expect(std::move(main), "My houses are dark.", "Meine Häuser sind dunkel.");
  Clause attribute = clause(pronoun(Pronoun::he), verb(Frame::accusative, "visit"), Tense::present,
                            described("dark", noun("castle", Determiner::indefinite)));
  expect(std::move(attribute), "He visits a dark castle.", "Er besucht ein dunkles Schloss.");
}

}  // namespace
}  // namespace nmt::data
